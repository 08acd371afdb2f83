//! The rules, in our own words.

/// A rule.
pub(crate) struct Rule {
    /// What the names of its tests begin with.
    pub(crate) id: &'static str,
    /// Where it comes from.
    pub(crate) source: &'static str,
    /// What it asks for.
    pub(crate) asks: &'static str,
    /// A built-in scenario that shows it, and words that the page says at that instant.
    pub(crate) seen: Option<(&'static str, &'static str)>,
}

const fn rule(
    id: &'static str,
    source: &'static str,
    asks: &'static str,
    seen: Option<(&'static str, &'static str)>,
) -> Rule {
    Rule {
        id,
        source,
        asks,
        seen,
    }
}

/// All of them.
pub(crate) const RULES: &[Rule] = &[
    rule(
        "c01",
        "RFC 2131, 4.4.1",
        "the first message waits 1 to 10 s; a scenario can switch that off",
        None,
    ),
    rule(
        "c02",
        "RFC 2131, 4.1 and table 5",
        "source 0.0.0.0 before it has an address; fields of servers and relay agents are 0; End comes last",
        Some((
            "two-servers",
            "DHCPDISCOVER from 0.0.0.0 to 255.255.255.255",
        )),
    ),
    rule(
        "c03",
        "RFC 2131, 4.1",
        "DISCOVER again after 4, 8, 16, 32, 64 s, each a second more or less",
        Some(("no-server", "try number 2")),
    ),
    rule(
        "c04",
        "RFC 2131, 4.4.1",
        "an OFFER or ACK of another transaction is dropped",
        None,
    ),
    rule(
        "c05",
        "RFC 2131, 4.4.1",
        "an OFFER without server identifier or lease time is dropped; offers are collected and chosen by a stated policy",
        Some(("two-servers", "laptop chooses the offer")),
    ),
    rule(
        "c06",
        "RFC 2131, 4.4.1; RFC 2132, 9.14",
        "parameter list and client identifier stay the same in every message",
        None,
    ),
    rule(
        "c07",
        "RFC 2131, 3.1 and 3.2",
        "REQUEST is repeated, then given up; from REBOOTING the old lease may be used on",
        Some(("silence", "it goes on using 192.168.1.10 until that ends")),
    ),
    rule(
        "c08",
        "RFC 2131, 4.4.1 and 3.3",
        "the lease counts from the REQUEST; 0xffffffff never ends",
        Some(("two-servers", "counted from its DHCPREQUEST")),
    ),
    rule(
        "c09",
        "RFC 2131, figure 5",
        "a NAK sends it back to INIT; BOUND ignores OFFER, ACK and NAK",
        Some(("authoritative", "refuses laptop with a DHCPNAK")),
    ),
    rule(
        "c10",
        "RFC 2131, 4.4.5",
        "T1 at a half, T2 at seven eighths, unless options 58 and 59 say otherwise",
        Some(("two-servers", "T1: half of the lease of laptop is over")),
    ),
    rule(
        "c11",
        "RFC 2131, 4.4.5",
        "it asks again after half of what is left, at least 60 s",
        Some(("lease-origin", "It asks again: try number 2")),
    ),
    rule(
        "c12",
        "RFC 2131, 4.4.5",
        "the clocks start again from each REQUEST that an ACK answers",
        Some(("two-servers", "T1 at 01:23:00")),
    ),
    rule(
        "c13",
        "RFC 2131, 4.4.5",
        "at the end of the lease it stops using the address at once",
        Some(("silence", "It stops using 192.168.1.10 at once")),
    ),
    rule(
        "c14",
        "RFC 2131, 3.1",
        "an address in use is declined; then at least 10 s",
        Some(("conflict", "DHCPDECLINE")),
    ),
    rule(
        "c15",
        "RFC 5227, 2.1 and 2.4",
        "three probes, two announcements, defence, slower after ten conflicts",
        Some(("two-servers", "Before it uses 192.168.1.10")),
    ),
    rule(
        "c16",
        "RFC 5227, 2.1.1",
        "probes come from 0.0.0.0; another's probe for the address is a conflict too",
        None,
    ),
    rule(
        "c17",
        "RFC 5227, 2.3",
        "the address is used from the first announcement on",
        Some((
            "two-servers",
            "announces by ARP that 192.168.1.10 is now its own",
        )),
    ),
    rule(
        "c18",
        "RFC 3927",
        "a link-local address while no server answers",
        Some(("no-server", "it gives itself 169.254.")),
    ),
    rule(
        "c19",
        "RFC 2131, 4.4.3",
        "INFORM for a host with a fixed address; after 60 s or four tries it does without",
        Some(("inform", "asks only for the rest of the settings")),
    ),
    rule(
        "c20",
        "RFC 4039",
        "an ACK to a DISCOVER counts only with option 80",
        None,
    ),
    rule(
        "c21",
        "RFC 8925",
        "an OFFER with option 108 is not accepted: it does without IPv4 for a while",
        None,
    ),
    rule(
        "c22",
        "RFC 4361; RFC 6842",
        "identifiers of IAID and DUID; a reply to another identifier is dropped",
        None,
    ),
    rule(
        "c23",
        "RFC 3396; RFC 2132, 9.3",
        "overload, repeated options, trailing NULs, messages of 576 octets",
        None,
    ),
    rule(
        "c24",
        "RFC 2131, 4.4.4 and 3.7",
        "RELEASE only on request; a link that comes back leads to INIT-REBOOT",
        Some((
            "two-servers",
            "laptop remembers 192.168.1.10 and its lease still runs",
        )),
    ),
    rule(
        "s01",
        "RFC 2131, 4.3.1",
        "reservation, current binding, previous one, what is asked for, the next of the pool",
        Some((
            "two-servers",
            "server1 offers laptop the address 192.168.1.10",
        )),
    ),
    rule(
        "s02",
        "RFC 2131, 4.3.1",
        "the lease time asked for, within limits; what is left; the default",
        Some((
            "wrong-network",
            "server offers laptop the address 10.0.1.100 for 3 h 40 min",
        )),
    ),
    rule(
        "s03",
        "RFC 2131, 4.2",
        "a client is its identifier, else hardware type and address",
        None,
    ),
    rule(
        "s04",
        "RFC 2131, 4.3.1",
        "an offered address is kept, and free again when the client goes elsewhere",
        Some((
            "two-servers",
            "The offer of 192.168.1.110 was declined by that",
        )),
    ),
    rule(
        "s05",
        "RFC 2131, 2.2",
        "a ping before the offer, or before the ACK; an answer sets the address aside",
        Some((
            "ping-conflict",
            "Someone has answered: 192.168.1.10 is in use",
        )),
    ),
    rule(
        "s06a",
        "RFC 2131, 4.3.2",
        "a REQUEST that names another server: silence, and the offer is freed",
        Some(("two-servers", "laptop has chosen another server")),
    ),
    rule(
        "s06b",
        "RFC 2131, 4.3.2",
        "a REQUEST that names this one: written down, then ACK; else NAK",
        Some(("two-servers", "server1 confirms with a DHCPACK")),
    ),
    rule(
        "s06c",
        "RFC 2131, 4.3.2",
        "INIT-REBOOT: NAK on a wrong network or address, silence without a record, NAK if authoritative",
        Some(("wrong-network", "asks for an address of another network")),
    ),
    rule(
        "s06d",
        "RFC 2131, 4.3.2",
        "RENEWING: ACK if it is the client's, else NAK",
        Some((
            "two-servers",
            "laptop asks 192.168.1.1, which gave it 192.168.1.10, for more time",
        )),
    ),
    rule(
        "s06e",
        "RFC 2131, 4.3.2",
        "REBINDING: ACK if it is ours and valid; silence if unknown",
        Some(("lease-origin", "so it asks every server for more time")),
    ),
    rule(
        "s07",
        "RFC 2131, 4.1",
        "where a reply goes: relay agent, everyone, ciaddr, or the card",
        Some(("relay", "hands the DHCPOFFER on to laptop")),
    ),
    rule(
        "s08",
        "RFC 2131, table 3",
        "which fields and options a reply has, and which never",
        Some(("two-servers", "server1 offers laptop")),
    ),
    rule(
        "s09",
        "RFC 6842",
        "the client's identifier comes back unaltered, and only if it was sent",
        None,
    ),
    rule(
        "s10",
        "RFC 2132, 3.3",
        "the subnet mask stands before the router",
        None,
    ),
    rule(
        "s11",
        "RFC 2131, 4.3.3",
        "a declined address is set aside",
        Some(("conflict", "server sets 192.168.1.10 aside")),
    ),
    rule(
        "s12",
        "RFC 2131, 4.3.4",
        "a released address is free, and remembered for its client; no reply",
        Some(("two-servers", "It remembers laptop, which may get it back")),
    ),
    rule(
        "s13",
        "RFC 2131, 4.3.5",
        "INFORM: an ACK without a lease",
        Some(("inform", "No address is leased by this")),
    ),
    rule(
        "s14",
        "RFC 1542; RFC 3046; RFC 3527",
        "relay agents: giaddr, hops, option 82, link selection",
        Some(("relay", "It enters its own address 10.0.1.1 as giaddr")),
    ),
    rule(
        "s15",
        "RFC 2131, 4.3.1 and 4.3.2",
        "a DISCOVER or REQUEST that comes again gets the same answer",
        None,
    ),
    rule(
        "s16",
        "RFC 2131, 4.3",
        "at its end a lease is free, perhaps after a grace time",
        Some(("two-servers", "has ended without renewal")),
    ),
    rule(
        "s17",
        "RFC 2131, 4.3.1",
        "a lease is on disk before the ACK leaves",
        Some(("two-servers", "server1 writes the lease to its disk")),
    ),
    rule(
        "s18",
        "the owner's text",
        "the lease makes an entry in the server's ARP cache",
        Some(("two-servers", "enters its card into the ARP cache")),
    ),
    rule(
        "f01",
        "failover-12, 7.8, 7.9 and 8.2",
        "both connect, the primary's connection stays; CONNECT names the MCLT, and is refused for a reason",
        Some((
            "two-server-day",
            "accepts server1 as its partner with a CONNECTACK",
        )),
    ),
    rule(
        "f02",
        "failover-12, 7.11 and 8.3",
        "a silence of the receive timer ends the connection; CONTACT keeps it",
        Some((
            "two-server-day",
            "gives up its connection to server1 with a DISCONNECT",
        )),
    ),
    rule(
        "f03",
        "failover-12, 9.2, figures and text of 9.3 to 9.14",
        "the table of states: what each state does at each state of its partner, and at each other event",
        Some(("two-server-day", "goes from RECOVER-DONE to NORMAL")),
    ),
    rule(
        "f04",
        "failover-12, 9.3 to 9.14",
        "who is served in each state",
        Some((
            "two-server-day",
            "It answers no one before it knows what it has missed",
        )),
    ),
    rule(
        "f05",
        "failover-12, 5.2.1",
        "a lease ends at most the MCLT after what the partner knows: the MCLT first, then what is desired",
        Some((
            "two-server-day",
            "The MCLT (maximum client lead time) allows 1 h, not 8 h",
        )),
    ),
    rule(
        "f06",
        "failover-12, 7.1.5",
        "potential expiry: half of the lease that was given and all that is desired is told, and the BNDACK makes it known",
        Some((
            "two-server-day",
            "has confirmed 192.168.1.10 until 08:31:00",
        )),
    ),
    rule(
        "f07",
        "failover-12, 5.2.2 and 5.11",
        "an address changes hands only when both know that it is free",
        Some((
            "two-server-day",
            "another client gets the address from 17:08:00 on",
        )),
    ),
    rule(
        "f08",
        "failover-12, 9.4.2",
        "in PARTNER-DOWN an address waits for the latest of all bounds, and the MCLT",
        Some((
            "two-server-day",
            "what server1 may have given out waits for the MCLT",
        )),
    ),
    rule(
        "f09",
        "failover-12, 5.3; RFC 3074",
        "in NORMAL each client has one server, by a hash of its identifier; either answers from a number of seconds on",
        Some((
            "load-balance",
            "the hash of its identifier is 23, and 0 to 127 are server1’s",
        )),
    ),
    rule(
        "f10",
        "failover-12, 5.4, 7.6 and 7.7",
        "FREE addresses are the primary's, BACKUP ones the secondary's; they are balanced by POOLREQ",
        Some((
            "two-server-day",
            "asks server1 with a POOLREQ for its share of the free addresses",
        )),
    ),
    rule(
        "f11",
        "failover-12, 7.1.3",
        "which BNDUPD is accepted: the table of the receiver's and the sender's status",
        Some((
            "operators-mistake",
            "does not accept what server2 says of 192.168.1.11",
        )),
    ),
    rule(
        "f12",
        "failover-12, 7.1.1 and 7.2",
        "an update is written down before its BNDACK, triggers none, and no more are out than the partner takes",
        Some(("two-server-day", "on its disk and says so with a BNDACK")),
    ),
    rule(
        "f13",
        "failover-12, 7.3 to 7.5, 9.5 and 9.6",
        "a server that was down asks by UPDREQ, without its disk by UPDREQALL, and waits for the MCLT",
        Some((
            "crash-and-recover",
            "knows nothing and asks server2 with an UPDREQALL for everything",
        )),
    ),
    rule(
        "f14",
        "failover-12, 9.10 to 9.12",
        "two that served alone compare their leases before they answer anyone",
        Some((
            "operators-mistake",
            "goes from PARTNER-DOWN to POTENTIAL-CONFLICT",
        )),
    ),
    rule(
        "f15",
        "failover-12, 9.2 and 3.1.3",
        "the state and when it began are on disk",
        Some((
            "crash-and-recover",
            "goes from COMMUNICATIONS-INTERRUPTED to PARTNER-DOWN: an operator says so",
        )),
    ),
    rule(
        "f16",
        "failover-12, 10",
        "after the safe period a partner counts as down without an operator",
        Some((
            "two-server-day",
            "its partner has been away for the whole safe period",
        )),
    ),
    rule(
        "f17",
        "failover-12, 5.10",
        "times go over the wire by the sender's clock, and are understood whatever that shows",
        None,
    ),
];
