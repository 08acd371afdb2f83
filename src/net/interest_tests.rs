use super::*;

fn address(number: u32) -> Ipv4Addr {
    Ipv4Addr::from(0x0a00_0000 + number)
}

#[test]
fn each_address_is_in_once() {
    let known = [1, 2, 1, 3].map(address);
    let minded = [3, 4, 4].map(address);
    let own = Interest::new(68, known.into_iter(), minded.into_iter());
    assert_eq!(own.from().collect::<Vec<_>>(), [1, 2, 3, 4].map(address));
    assert_eq!(own.minded.iter().collect::<Vec<_>>(), [3, 4].map(address));
    assert_eq!((own.all, own.port), (false, 68));
}

#[test]
fn who_knows_too_many_reads_anything() {
    let many = |count: u32| (0..count).map(|number| address(number + 1));
    assert!(!Interest::new(0, many(5), many(5)).all);
    assert_eq!(Interest::new(0, many(6), many(5)), Interest::ALL);
    assert_eq!(Interest::new(0, many(5), many(6)), Interest::ALL);
}

#[test]
fn no_one_minds_the_address_of_a_host_that_has_none() {
    let none = [Ipv4Addr::UNSPECIFIED, address(1)];
    let own = Interest::new(0, [].into_iter(), none.into_iter());
    assert_eq!(own.minded.iter().collect::<Vec<_>>(), [address(1)]);
}
