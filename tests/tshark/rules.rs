//! Which field of tshark's is which of ours, and openly: what cannot be compared, and why.

/// How a field of tshark's is looked for.
#[derive(Clone, Copy)]
pub(crate) enum Rule {
    /// A field of this name in the same bytes says the same.
    Named(&'static str),
    /// A field in the same bytes says the same, whatever it is called.
    Plain,
    /// An option: its code and its name.
    Option,
    /// A UUID, of which tshark turns the first three numbers round, as on a PC.
    Guid,
    /// A number, which tshark has in brackets behind its meaning.
    Bracket,
    /// A part of option 82: its code.
    SubOption,
    /// A bit of the flags in option 81, by its letter (RFC 4702 section 2.1).
    Letter(char),
    /// A route, which tshark writes its own way.
    Route,
    /// tshark shows only the bytes; ours stand in the same place and may say more.
    Undecoded,
    /// Ours has a field that holds these bytes and more, and says this among other things.
    Within,
}

/// The fields whose name counts.
const NAMED: &[(&str, &str)] = &[
    ("eth.dst", "Destination"),
    ("eth.src", "Source"),
    ("eth.type", "EtherType"),
    ("eth.padding", "Padding"),
    ("arp.hw.type", "Hardware Type"),
    ("arp.proto.type", "Protocol Type"),
    ("arp.hw.size", "Hardware Address Length"),
    ("arp.proto.size", "Protocol Address Length"),
    ("arp.opcode", "Operation"),
    ("arp.src.hw_mac", "Sender Hardware Address"),
    ("arp.src.proto_ipv4", "Sender Protocol Address"),
    ("arp.dst.hw_mac", "Target Hardware Address"),
    ("arp.dst.proto_ipv4", "Target Protocol Address"),
    ("ip.version", "Version"),
    ("ip.hdr_len", "IHL"),
    ("ip.dsfield.dscp", "DSCP"),
    ("ip.dsfield.ecn", "ECN"),
    ("ip.len", "Total Length"),
    ("ip.id", "Identification"),
    ("ip.flags", "Flags"),
    ("ip.flags.rb", "Reserved"),
    ("ip.flags.df", "Don't Fragment (DF)"),
    ("ip.flags.mf", "More Fragments (MF)"),
    ("ip.frag_offset", "Fragment Offset"),
    ("ip.ttl", "Time to Live"),
    ("ip.proto", "Protocol"),
    ("ip.checksum", "Header Checksum"),
    ("ip.src", "Source Address"),
    ("ip.dst", "Destination Address"),
    ("icmp.type", "Type"),
    ("icmp.code", "Code"),
    ("icmp.checksum", "Checksum"),
    ("icmp.ident", "Identifier"),
    ("icmp.seq", "Sequence Number"),
    ("data.data", "Data"),
    ("udp.srcport", "Source Port"),
    ("udp.dstport", "Destination Port"),
    ("udp.length", "Length"),
    ("udp.checksum", "Checksum"),
    ("dhcp.type", "op"),
    ("dhcp.hw.len", "hlen"),
    ("dhcp.hops", "hops"),
    ("dhcp.id", "xid"),
    ("dhcp.secs", "secs"),
    ("dhcp.flags", "flags"),
    ("dhcp.flags.bc", "BROADCAST"),
    ("dhcp.flags.reserved", "MBZ"),
    ("dhcp.ip.client", "ciaddr"),
    ("dhcp.ip.your", "yiaddr"),
    ("dhcp.ip.server", "siaddr"),
    ("dhcp.ip.relay", "giaddr"),
    ("dhcp.hw.addr_padding", "chaddr padding"),
    ("dhcp.server", "sname"),
    ("dhcp.file", "file"),
    ("dhcp.option.length", "Length"),
    ("dhcp.option.suboption_length", "Length"),
];

/// What tshark shows and is not compared.
pub(crate) const SKIPPED: &[(&str, &str)] = &[
    ("hidden", "tshark does not show it in its tree either"),
    ("eth.dst.lg", "a bit of an address that is compared whole"),
    ("eth.dst.ig", "a bit of an address that is compared whole"),
    ("eth.src.lg", "a bit of an address that is compared whole"),
    ("eth.src.ig", "a bit of an address that is compared whole"),
    ("ip.dsfield", "its two parts are compared"),
    ("icmp.ident_le", "icmp.ident with its bytes exchanged"),
    ("icmp.seq_le", "icmp.seq with its bytes exchanged"),
    (
        "dhcp.fqdn.mbz",
        "the rest of the flags, which are compared whole",
    ),
    (
        "dhcp.option.user_class",
        "the number of the class; its length and bytes are compared",
    ),
    (
        "dhcp.option.end",
        "the option's line, which is compared, says the same",
    ),
    ("udp.payload", "the DHCP message, which is compared"),
    (
        "dhcp.cookie",
        "99.130.83.99, as if it were an address; its bytes are compared by ours",
    ),
];

/// What the packet view shows and tshark does not.
pub(crate) const ONLY_OURS: &[(&str, &str)] = &[
    (
        "Code",
        "tshark has the code in the option's line, where it is compared",
    ),
    (
        "Type",
        "the type of a client identifier with IAID and DUID, which tshark leaves out",
    ),
    ("magic cookie", "see dhcp.cookie"),
];

/// Options that tshark calls something else than IANA's register does.
pub(crate) const OTHER_NAMES: &[(u8, &str)] = &[
    (23, "Default IP Time-to-Live"),
    (31, "Perform Router Discover"),
    (40, "Network Information Service Domain"),
    (41, "Network Information Service Servers"),
    (42, "Network Time Protocol Servers"),
    (44, "NetBIOS over TCP/IP Name Server"),
    (45, "NetBIOS over TCP/IP Datagram Distribution Name Server"),
    (46, "NetBIOS over TCP/IP Node Type"),
    (47, "NetBIOS over TCP/IP Scope"),
    (54, "DHCP Server Identifier"),
    (58, "Renewal Time Value"),
    (59, "Rebinding Time Value"),
    (64, "Network Information Service+ Domain"),
    (65, "Network Information Service+ Servers"),
    (76, "StreetTalk Directory Assistance Server"),
    (81, "Client Fully Qualified Domain Name"),
    (82, "Agent Information Option"),
    (94, "Client Network Device Interface"),
    (97, "UUID/GUID-based Client Identifier"),
    (100, "PCode"),
    (101, "TCode"),
    (114, "DHCP Captive-Portal"),
    (116, "DHCP Auto-Configuration"),
    (124, "V-I Vendor Class"),
    (125, "V-I Vendor-specific Information"),
    (252, "Private/Proxy autodiscovery"),
];

pub(crate) fn rule(name: &str) -> Rule {
    if let Some((_, ours)) = NAMED.iter().find(|(theirs, _)| *theirs == name) {
        return Rule::Named(ours);
    }
    match name {
        "dhcp.option.type" => Rule::Option,
        "dhcp.option.agent_information_option.suboption" => Rule::SubOption,
        "dhcp.fqdn.n" => Rule::Letter('N'),
        "dhcp.fqdn.e" => Rule::Letter('E'),
        "dhcp.fqdn.o" => Rule::Letter('O'),
        "dhcp.fqdn.s" => Rule::Letter('S'),
        // It takes the classes for one text, where RFC 3925 has each behind its length.
        "dhcp.option.value" | "dhcp.option.vi_class.data" => Rule::Undecoded,
        "dhcp.client_id.uuid" => Rule::Guid,
        "dhcp.option.dhcp_name_service_search_option" => Rule::Bracket,
        "dhcp.option.classless_static_route" => Rule::Route,
        "dhcp.option.static_route.ip"
        | "dhcp.option.static_route.router"
        | "dhcp.option.policy_filter.ip"
        | "dhcp.option.policy_filter.subnet_mask" => Rule::Within,
        _ => Rule::Plain,
    }
}
