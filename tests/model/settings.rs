//! What the settings of a client say that stands in its messages.

use dhcp_lab::dhcp::client;
use dhcp_lab::time::{Duration, Instant};
use dhcp_lab::wire::Mac;
use dhcp_lab::wire::dhcp::{MessageType, code};

use super::fields::must;
use super::net::Net;
use super::trace::{Dhcp, Seen};

/// How long a message may wait for ARP after it was made.
const ARP: Duration = Duration::from_secs(5);

/// Every message is as some settings have it that the client had since its transaction began, at
/// `first`.
///
/// # Errors
/// What is not as configured.
pub(crate) fn as_configured(
    net: &Net<'_>,
    seen: &Seen,
    first: Instant,
    dhcp: &Dhcp,
) -> Result<(), String> {
    let mac = net.node(seen.node).mac.unwrap();
    let since = first.min(Instant::ZERO + seen.at.since(Instant::ZERO + ARP));
    let settings = net.settings(seen.node, since, seen.at);
    let verdicts = settings.iter().map(|config| fits(config, mac, dhcp));
    verdicts.reduce(Result::or).unwrap()
}

fn fits(config: &client::Config, mac: Mac, dhcp: &Dhcp) -> Result<(), String> {
    let (message, kind) = (&dhcp.message, dhcp.kind);
    let options = &message.options;
    let id = options.get(code::CLIENT_ID).unwrap_or_default();
    must(id == own_id(config, mac), "C6 option 61 in every message")?;
    let question = !matches!(kind, MessageType::Decline | MessageType::Release);
    let asks = question && kind != MessageType::Inform;
    let wanted = config.lease_time.filter(|_| asks).map(|length| {
        if length == Duration::MAX {
            u32::MAX
        } else {
            length.as_lease_secs()
        }
    });
    must(
        options.number(code::LEASE_TIME) == wanted,
        "option 51 as configured, if allowed",
    )?;
    let name = config.host_name.as_deref().filter(|_| question);
    must(
        options.get(code::HOST_NAME) == name.map(str::as_bytes),
        "option 12 as configured, if allowed",
    )?;
    must(
        message.broadcast == (question && config.broadcast_flag),
        "the broadcast flag",
    )?;
    let rapid = kind == MessageType::Discover && config.rapid_commit;
    must(
        options.get(code::RAPID_COMMIT) == rapid.then_some(&[]),
        "C20 option 80",
    )
}

/// What a client calls itself, by RFC 2132 section 9.14 and RFC 4361 section 6.1.
fn own_id(config: &client::Config, mac: Mac) -> Vec<u8> {
    let [a, b, c, d, e, f] = mac.0;
    match &config.client_id {
        client::ClientId::Hardware => vec![1, a, b, c, d, e, f],
        client::ClientId::None => Vec::new(),
        client::ClientId::Duid => vec![255, c, d, e, f, 0, 3, 0, 1, a, b, c, d, e, f],
        client::ClientId::Bytes(bytes) => bytes.clone(),
    }
}
