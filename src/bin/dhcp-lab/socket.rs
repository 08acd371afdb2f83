//! A raw socket on one Linux interface.

use std::net::Ipv4Addr;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, bind, recvfrom, send,
    setsockopt, socket, sockopt,
};

use dhcp_lab::wire::Mac;

/// What a burst of frames may fill while the engine is busy.
const BUFFER: usize = 4 << 20;
/// The mark of a frame that this machine's own kernel sent (`PACKET_OUTGOING`).
const OUTGOING: u8 = 4;
/// Ethernet's kind of hardware address (`ARPHRD_ETHER`).
const ETHERNET: u16 = 1;

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("there is no interface '{0}'; there are: {1}")]
    Missing(String, String),
    #[error("the interface '{0}' is named twice")]
    Twice(String),
    #[error("'{0}' is no Ethernet interface")]
    NotEthernet(String),
    #[error("raw packets take privileges that this user lacks: run it as root or with CAP_NET_RAW")]
    Privileges,
    #[error(
        "the kernel has the address {0} on '{1}' itself, and would break off every connection of the \
         failover server: take it from the interface"
    )]
    Address(Ipv4Addr, String),
    #[error("{0}: {1}")]
    System(&'static str, Errno),
}

/// The interface's frames, in and out.
pub(crate) struct Socket {
    descriptor: OwnedFd,
    name: String,
    index: usize,
    mac: Mac,
    buffer: Vec<u8>,
}

impl Socket {
    /// A socket that hears every frame which this interface receives.
    pub(crate) fn open(name: &str) -> Result<Self, Unusable> {
        let address = find(name)?;
        let octets = address
            .addr()
            .filter(|_| address.hatype() == ETHERNET)
            .ok_or_else(|| Unusable::NotEthernet(name.to_owned()))?;
        let descriptor = socket(
            AddressFamily::Packet,
            SockType::Raw,
            SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC,
            SockProtocol::EthAll,
        )
        .map_err(|error| {
            if matches!(error, Errno::EPERM | Errno::EACCES) {
                Unusable::Privileges
            } else {
                Unusable::System("cannot open a packet socket", error)
            }
        })?;
        // The address has no protocol of its own, so the socket keeps listening to all.
        bind(descriptor.as_raw_fd(), &address)
            .map_err(|error| Unusable::System("cannot listen on the interface", error))?;
        // A smaller buffer only loses frames sooner.
        let _ = setsockopt(&descriptor, sockopt::RcvBufForce, &BUFFER);
        Ok(Self {
            descriptor,
            name: name.to_owned(),
            index: address.ifindex(),
            mac: Mac(octets),
            buffer: vec![0; 65_536],
        })
    }

    /// The interface's own card.
    pub(crate) fn mac(&self) -> Mac {
        self.mac
    }

    /// What to wait on.
    pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }

    /// Whether the interface is up and its cable carries frames.
    pub(crate) fn has_carrier(&self) -> bool {
        let needed = InterfaceFlags::IFF_UP | InterfaceFlags::IFF_RUNNING;
        getifaddrs().is_ok_and(|mut all| {
            all.any(|entry| entry.interface_name == self.name && entry.flags.contains(needed))
        })
    }

    /// Whether the kernel has this address on the interface.
    pub(crate) fn kernel_has(&self, address: Ipv4Addr) -> bool {
        getifaddrs().is_ok_and(|mut all| {
            all.any(|entry| {
                let own = entry
                    .address
                    .and_then(|any| Some(any.as_sockaddr_in()?.ip()));
                entry.interface_name == self.name && own == Some(address)
            })
        })
    }

    /// Puts a frame on the interface; false where it is down or its queue is full, which loses
    /// the frame as any network may.
    pub(crate) fn send(&self, frame: &[u8]) -> Result<bool, Unusable> {
        match send(self.descriptor.as_raw_fd(), frame, MsgFlags::empty()) {
            Ok(_) => Ok(true),
            Err(Errno::ENETDOWN | Errno::ENOBUFS | Errno::EAGAIN | Errno::EMSGSIZE) => Ok(false),
            Err(error) => Err(Unusable::System("cannot send a frame", error)),
        }
    }

    /// The next frame that the interface received, if one is waiting.
    pub(crate) fn receive(&mut self) -> Result<Option<Vec<u8>>, Unusable> {
        loop {
            let received =
                recvfrom::<LinkAddr>(self.descriptor.as_raw_fd(), self.buffer.as_mut_slice());
            match received {
                // Before it was bound the socket heard every interface.
                Ok((_, Some(from)))
                    if from.pkttype() == OUTGOING || from.ifindex() != self.index => {}
                Ok((length, _)) => return Ok(self.buffer.get(..length).map(<[u8]>::to_vec)),
                // The interface went down: its carrier says so.
                Err(Errno::EAGAIN | Errno::ENETDOWN | Errno::EINTR) => return Ok(None),
                Err(error) => return Err(Unusable::System("cannot receive a frame", error)),
            }
        }
    }
}

fn find(name: &str) -> Result<LinkAddr, Unusable> {
    let mut names = Vec::new();
    let all = getifaddrs()
        .map_err(|error| Unusable::System("cannot list the network interfaces", error))?;
    for entry in all {
        let Some(address) = entry.address.and_then(|any| any.as_link_addr().copied()) else {
            continue;
        };
        if entry.interface_name == name {
            return Ok(address);
        }
        names.push(entry.interface_name);
    }
    Err(Unusable::Missing(name.to_owned(), names.join(", ")))
}
