//! What the field calls message types and options (RFC 2132 and IANA's register).

/// The DHCP message type, option 53 (RFC 2132 section 9.6, and as noted).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageType {
    /// Client: which servers are there?
    Discover,
    /// Server: you could have this address.
    Offer,
    /// Client: I take this one, or may I keep it?
    Request,
    /// Client: this address is in use by someone else.
    Decline,
    /// Server: yes.
    Ack,
    /// Server: no.
    Nak,
    /// Client: I need the address no more.
    Release,
    /// Client: I have an address, only tell me the rest.
    Inform,
    /// Server: renew now (RFC 3203).
    ForceRenew,
    /// Asks for a lease (RFC 4388).
    LeaseQuery,
    /// The address is not leased (RFC 4388).
    LeaseUnassigned,
    /// No knowledge of the address (RFC 4388).
    LeaseUnknown,
    /// The address is leased (RFC 4388).
    LeaseActive,
    /// Asks for many leases (RFC 6926).
    BulkLeaseQuery,
    /// End of the answer to it (RFC 6926).
    LeaseQueryDone,
    /// Asks for changes of leases (RFC 7724).
    ActiveLeaseQuery,
    /// State of an active query (RFC 7724).
    LeaseQueryStatus,
    /// Asks for TLS (RFC 7724).
    Tls,
}

/// Every message type with its number and its name on the wire.
const TYPES: [(MessageType, u8, &str); 18] = [
    (MessageType::Discover, 1, "DHCPDISCOVER"),
    (MessageType::Offer, 2, "DHCPOFFER"),
    (MessageType::Request, 3, "DHCPREQUEST"),
    (MessageType::Decline, 4, "DHCPDECLINE"),
    (MessageType::Ack, 5, "DHCPACK"),
    (MessageType::Nak, 6, "DHCPNAK"),
    (MessageType::Release, 7, "DHCPRELEASE"),
    (MessageType::Inform, 8, "DHCPINFORM"),
    (MessageType::ForceRenew, 9, "DHCPFORCERENEW"),
    (MessageType::LeaseQuery, 10, "DHCPLEASEQUERY"),
    (MessageType::LeaseUnassigned, 11, "DHCPLEASEUNASSIGNED"),
    (MessageType::LeaseUnknown, 12, "DHCPLEASEUNKNOWN"),
    (MessageType::LeaseActive, 13, "DHCPLEASEACTIVE"),
    (MessageType::BulkLeaseQuery, 14, "DHCPBULKLEASEQUERY"),
    (MessageType::LeaseQueryDone, 15, "DHCPLEASEQUERYDONE"),
    (MessageType::ActiveLeaseQuery, 16, "DHCPACTIVELEASEQUERY"),
    (MessageType::LeaseQueryStatus, 17, "DHCPLEASEQUERYSTATUS"),
    (MessageType::Tls, 18, "DHCPTLS"),
];

impl MessageType {
    /// All of them, by number.
    pub fn all() -> impl Iterator<Item = Self> {
        TYPES.iter().map(|(kind, _, _)| *kind)
    }

    /// The type that option 53 says with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        TYPES
            .iter()
            .find(|(_, n, _)| *n == number)
            .map(|(kind, _, _)| *kind)
    }

    /// Its number in option 53.
    pub fn number(self) -> u8 {
        TYPES
            .iter()
            .find(|(kind, _, _)| *kind == self)
            .map_or(0, |(_, number, _)| *number)
    }

    /// Its name, such as `DHCPDISCOVER`.
    pub fn name(self) -> &'static str {
        TYPES
            .iter()
            .find(|(kind, _, _)| *kind == self)
            .map_or("", |(_, _, name)| *name)
    }
}

impl std::fmt::Display for MessageType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl serde::Serialize for MessageType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What RFC 2132 and its successors call an option; `None` for a code without a name here.
pub fn option_name(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "Pad",
        1 => "Subnet Mask",
        2 => "Time Offset",
        3 => "Router",
        4 => "Time Server",
        5 => "Name Server",
        6 => "Domain Name Server",
        7 => "Log Server",
        8 => "Quotes Server",
        9 => "LPR Server",
        10 => "Impress Server",
        11 => "Resource Location Server",
        12 => "Host Name",
        13 => "Boot File Size",
        14 => "Merit Dump File",
        15 => "Domain Name",
        16 => "Swap Server",
        17 => "Root Path",
        18 => "Extensions Path",
        19 => "IP Forwarding",
        20 => "Non-Local Source Routing",
        21 => "Policy Filter",
        22 => "Maximum Datagram Reassembly Size",
        23 => "Default IP TTL",
        24 => "Path MTU Aging Timeout",
        25 => "Path MTU Plateau Table",
        26 => "Interface MTU",
        27 => "All Subnets are Local",
        28 => "Broadcast Address",
        29 => "Perform Mask Discovery",
        30 => "Mask Supplier",
        31 => "Perform Router Discovery",
        32 => "Router Solicitation Address",
        33 => "Static Route",
        34 => "Trailer Encapsulation",
        35 => "ARP Cache Timeout",
        36 => "Ethernet Encapsulation",
        37 => "TCP Default TTL",
        38 => "TCP Keepalive Interval",
        39 => "TCP Keepalive Garbage",
        40 => "NIS Domain",
        41 => "NIS Servers",
        42 => "NTP Servers",
        43 => "Vendor-Specific Information",
        44 => "NetBIOS Name Server",
        45 => "NetBIOS Datagram Distribution Server",
        46 => "NetBIOS Node Type",
        47 => "NetBIOS Scope",
        48 => "X Window System Font Server",
        49 => "X Window System Display Manager",
        50 => "Requested IP Address",
        51 => "IP Address Lease Time",
        52 => "Option Overload",
        53 => "DHCP Message Type",
        54 => "Server Identifier",
        55 => "Parameter Request List",
        56 => "Message",
        57 => "Maximum DHCP Message Size",
        58 => "Renewal (T1) Time Value",
        59 => "Rebinding (T2) Time Value",
        60 => "Vendor Class Identifier",
        61 => "Client Identifier",
        64 => "NIS+ Domain",
        65 => "NIS+ Servers",
        66 => "TFTP Server Name",
        67 => "Bootfile Name",
        68 => "Mobile IP Home Agent",
        69 => "SMTP Server",
        70 => "POP3 Server",
        71 => "NNTP Server",
        72 => "Default WWW Server",
        73 => "Default Finger Server",
        74 => "Default IRC Server",
        75 => "StreetTalk Server",
        76 => "STDA Server",
        77 => "User Class",
        80 => "Rapid Commit",
        81 => "Client FQDN",
        82 => "Relay Agent Information",
        90 => "Authentication",
        91 => "Client Last Transaction Time",
        92 => "Associated IP",
        93 => "Client System Architecture",
        94 => "Client Network Interface",
        95 => "LDAP",
        97 => "Client Machine Identifier",
        100 => "TZ-POSIX String",
        101 => "TZ-Database String",
        108 => "IPv6-Only Preferred",
        114 => "Captive Portal",
        116 => "Auto-Configure",
        117 => "Name Service Search",
        118 => "Subnet Selection",
        119 => "Domain Search",
        121 => "Classless Static Route",
        124 => "Vendor-Identifying Vendor Class",
        125 => "Vendor-Identifying Vendor-Specific Information",
        145 => "Forcerenew Nonce Capable",
        150 => "TFTP Server Address",
        151 => "Status Code",
        152 => "Base Time",
        153 => "Start Time of State",
        154 => "Query Start Time",
        155 => "Query End Time",
        156 => "DHCP State",
        157 => "Data Source",
        252 => "Web Proxy Auto-Discovery",
        255 => "End",
        _ => return None,
    })
}

/// What a part of option 82 is called (RFC 3046 section 2.0 and its successors).
pub fn relay_option_name(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "Agent Circuit ID",
        2 => "Agent Remote ID",
        4 => "DOCSIS Device Class",
        5 => "Link Selection",
        6 => "Subscriber-ID",
        7 => "RADIUS Attributes",
        8 => "Authentication",
        9 => "Vendor-Specific Information",
        10 => "Relay Agent Flags",
        11 => "Server Identifier Override",
        12 => "Relay Agent Identifier",
        19 => "Relay Source Port",
        151 => "Virtual Subnet Selection",
        152 => "Virtual Subnet Selection Control",
        _ => return None,
    })
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
