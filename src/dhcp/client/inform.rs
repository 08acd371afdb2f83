//! A host with an address of its own asks for the rest: RFC 2131 sections 3.4 and 4.4.3.

use super::lease::{prefix, router};
use super::{Client, Context, State};
use crate::dhcp::{Action, ClientNote, Ignored, Interface, Timer};
use crate::wire::dhcp::{Message, code};

impl Client {
    /// Asks, as soon as the link allows; a host without a fixed address has nothing to ask with.
    pub(super) fn inform(&mut self, cx: &mut Context<'_>) {
        let Some(fixed) = self.fixed else { return };
        if !self.link {
            return self.enter(State::Init, cx);
        }
        self.began = cx.now;
        self.new_exchange(cx);
        self.enter(State::Informing, cx);
        self.send_inform(fixed.address, cx);
        self.retry_later(cx);
    }

    /// Takes what an ACK says of the network; it carries no lease (RFC 2131 section 4.3.5).
    pub(super) fn informed(
        &mut self,
        message: &Message,
        cx: &mut Context<'_>,
    ) -> Result<(), Ignored> {
        self.check_transaction(message)?;
        let server = message.options.address(code::SERVER_ID);
        let (Some(server), Some(fixed)) = (server, self.fixed) else {
            return Err(Ignored::Incomplete);
        };
        cx.cancel(Timer::Retransmit);
        cx.note(ClientNote::Informed { server });
        cx.out.push(Action::Configure(Interface {
            address: fixed.address,
            prefix: prefix(message).unwrap_or(fixed.prefix),
            router: router(message).or(fixed.router),
        }));
        self.enter(State::Stopped, cx);
        Ok(())
    }
}
