//! Any bytes whatever: a message or an error, the same in pieces of any size.

use proptest::collection::vec;
use proptest::prelude::*;

use super::messages::{bodies, message};
use crate::wire::dissect;
use crate::wire::failover::*;

fn all(decoder: &mut Decoder) -> Vec<Result<Message, BadStream>> {
    let mut found = Vec::new();
    while let Some(next) = decoder.next_message() {
        let last = next.is_err();
        found.push(next);
        if last {
            break;
        }
    }
    found
}

/// Some messages, and perhaps some bytes of them changed.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let number = bodies().len();
    let changes = vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (vec(0..number, 1..6), changes).prop_map(|(picked, changes)| {
        let mut stream: Vec<u8> = picked
            .into_iter()
            .flat_map(|body| message(bodies()[body].clone()).encode().unwrap())
            .collect();
        for (place, value) in changes {
            let place = place.index(stream.len());
            stream[place] = value;
        }
        stream
    })
}

/// The children of a field that has any cover all of its bytes, in order.
fn is_covered(field: &dissect::Field) {
    let mut at = field.range.start;
    for child in &field.children {
        assert_eq!(child.range.start, at, "{field:?}");
        at = child.range.end;
        is_covered(child);
    }
    assert!(
        field.children.is_empty() || at == field.range.end,
        "{field:?}"
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_a_message_or_an_error(bytes in vec(any::<u8>(), 0..300)) {
        let mut decoder = Decoder::default();
        decoder.push(&bytes);
        all(&mut decoder);
        let _ = decode(&bytes);
        let _ = summary(&bytes);
    }

    #[test]
    fn pieces_do_not_matter(stream in stream(), cuts in vec(any::<prop::sample::Index>(), 0..8)) {
        let mut whole = Decoder::default();
        whole.push(&stream);
        let expected = all(&mut whole);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let mut pieces = Decoder::default();
        let mut found = Vec::new();
        for pair in cuts.windows(2) {
            pieces.push(&stream[pair[0]..pair[1]]);
            if !matches!(found.last(), Some(Err(_))) {
                found.extend(all(&mut pieces));
            }
            prop_assert!(pieces.waiting() < MAX_MESSAGE);
        }
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn what_is_read_can_be_sent_again(stream in stream()) {
        let mut decoder = Decoder::default();
        decoder.push(&stream);
        for message in all(&mut decoder).into_iter().flatten().filter(|message| !message.digest) {
            prop_assert_eq!(decode(&message.encode().unwrap()).unwrap(), message);
        }
    }

    #[test]
    fn the_tree_of_any_segment_covers_it(stream in stream(), cut in any::<prop::sample::Index>(), before in 0_usize..60) {
        let mut frame = vec![0; before];
        frame.extend(&stream[..cut.index(stream.len())]);
        let layers = dissect::failover(&frame, before..frame.len());
        let mut at = before;
        for layer in &layers {
            prop_assert_eq!(layer.range.start, at);
            at = layer.range.end;
            is_covered(layer);
        }
        prop_assert_eq!(at, frame.len());
    }
}
