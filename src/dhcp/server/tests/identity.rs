//! Who a client is: kept as a number and a rest, and yet nothing but its bytes.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::*;
use crate::dhcp::failover::store::Client;
use crate::wire::failover::Hardware;

fn by_id(id: &[u8]) -> Client {
    Client {
        id: Some(id.to_vec()),
        hardware: Hardware {
            kind: 0,
            address: Vec::new(),
        },
    }
}

fn by_card(kind: u8, address: &[u8]) -> Client {
    Client {
        id: None,
        hardware: Hardware {
            kind,
            address: address.to_vec(),
        },
    }
}

fn bytes(client: &Client) -> Vec<u8> {
    client.id.as_ref().map_or_else(
        || {
            let hardware = &client.hardware;
            [&[0, hardware.kind], &hardware.address[..]].concat()
        },
        |id| [&[61], &id[..]].concat(),
    )
}

fn any_client() -> impl Strategy<Value = Client> {
    // Few values and lengths about that of the head, so that many begin alike.
    let name = vec(0u8..2, 0..12);
    (any::<bool>(), 0u8..2, name).prop_map(|(card, kind, name)| {
        if card {
            by_card(kind, &name)
        } else {
            by_id(&name)
        }
    })
}

proptest! {
    #[test]
    fn the_order_is_that_of_the_bytes(one in any_client(), other in any_client()) {
        let identities = [&one, &other].map(Identity::of_partners);
        prop_assert_eq!(
            identities[0].cmp(&identities[1]),
            bytes(&one).cmp(&bytes(&other))
        );
    }

    #[test]
    fn what_partners_are_told_names_the_same_client(client in any_client()) {
        prop_assert_eq!(Identity::of_partners(&client).for_partners(), client);
    }
}
