//! A host's TCP between its card and what runs on it.

use std::net::Ipv4Addr;

use super::{Context, Effect, Host, server};
use crate::dhcp::{StreamAction, Timer};
use crate::net::tcp::{Output, Tcp};
use crate::wire::frame::Frame;

impl Host {
    /// Does what its server asks of TCP.
    pub(in crate::net) fn stream(&mut self, action: StreamAction, cx: &mut Context<'_>) {
        let own = self
            .interface
            .map_or(Ipv4Addr::UNSPECIFIED, |interface| interface.address);
        let now = cx.now;
        let tcp = self.tcp.get_or_insert_with(|| {
            let seed = u64::from(cx.rng.next_u32()) << 32 | u64::from(cx.rng.next_u32());
            Box::new(Tcp::new(seed))
        });
        let mut out = Output::default();
        match action {
            StreamAction::Listen(port) => tcp.listen(port),
            StreamAction::Attend(port) => tcp.attend(port),
            StreamAction::Knock { address, port } => tcp.knock(now, own, (address, port), &mut out),
            StreamAction::Connect { address, port } => {
                tcp.connect(now, own, (address, port), &mut out);
            }
            StreamAction::Send(bytes) => tcp.send(now, &bytes, &mut out),
            StreamAction::Close => tcp.close(now, &mut out),
            StreamAction::Abort => tcp.abort(now, &mut out),
        }
        self.tcp_out(out, cx);
    }

    pub(super) fn segment(&mut self, frame: &Frame, cx: &mut Context<'_>) {
        let mut out = Output::default();
        match &mut self.tcp {
            Some(tcp) => tcp.segment(cx.now, frame, &mut out),
            // Every port of a host that never used TCP is closed.
            None => Tcp::new(0).segment(cx.now, frame, &mut out),
        }
        self.tcp_out(out, cx);
    }

    pub(super) fn tcp_clock(&mut self, cx: &mut Context<'_>) {
        self.tcp_due = None;
        let mut out = Output::default();
        if let Some(tcp) = &mut self.tcp {
            tcp.timer(cx.now, &mut out);
        }
        self.tcp_out(out, cx);
    }

    /// Sends the packets, keeps the deadline, and tells the server the rest.
    fn tcp_out(&mut self, out: Output, cx: &mut Context<'_>) {
        for bytes in out.packets {
            self.send_whole(bytes, cx);
        }
        self.keep_tcp_clock(cx);
        for event in &out.events {
            self.server(&server::Input::Stream(event), cx);
        }
    }

    fn keep_tcp_clock(&mut self, cx: &mut Context<'_>) {
        let due = self.tcp.as_mut().and_then(|tcp| tcp.deadline());
        let at = due.map(|(at, _)| at);
        if at == self.tcp_due {
            return;
        }
        self.tcp_due = at;
        cx.out.push(
            due.map_or(Effect::Cancel(Timer::Tcp), |(at, reason)| Effect::Arm {
                timer: Timer::Tcp,
                at,
                reason,
            }),
        );
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
