use super::*;

#[test]
fn a_stream_is_the_same_again_and_differs_from_its_neighbour() {
    let draw = |seed, stream| {
        let mut rng = Rng::new(seed, stream);
        (0..8).map(|_| rng.next_u32()).collect::<Vec<_>>()
    };
    assert_eq!(draw(7, 1), draw(7, 1));
    assert_ne!(draw(7, 1), draw(7, 2));
    assert_ne!(draw(7, 1), draw(8, 1));
}

#[test]
fn a_bounded_draw_stays_in_its_bounds_and_reaches_both_ends() {
    let mut rng = Rng::new(1, 1);
    let mut seen = [false; 5];
    for _ in 0..1_000 {
        let drawn = usize::try_from(rng.below(5)).unwrap();
        seen[drawn] = true;
    }
    assert_eq!(seen, [true; 5]);
    assert_eq!(rng.below(0), 0);
    let (low, high) = (Duration::from_secs(1), Duration::from_secs(10));
    for _ in 0..1_000 {
        let drawn = rng.between(low, high);
        assert!(low <= drawn && drawn < high);
    }
}
