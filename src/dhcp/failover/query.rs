//! What the server may do: whom to answer, which address to give, and for how long.

use std::net::Ipv4Addr;

use serde::Serialize;

use super::arith::{self, Times};
use super::endpoint::Endpoint;
use super::load::bucket;
use super::state::{Role, Service, State, service};
use super::store::{Client, Lease};
use crate::time::{Duration, Instant};
use crate::wire::failover::BindingStatus as Status;

/// What a client asks for, as far as failover treats it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A DISCOVER, or the REQUEST of a client in INIT-REBOOT.
    Any,
    /// A message that names this server: the REQUEST that accepts its offer, a RELEASE.
    ThisServer,
    /// A REQUEST in RENEWING or REBINDING.
    Renewal,
}

/// Why a server does not answer a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "unserved")]
pub enum Unserved {
    /// In this state it answers no one, or only renewals.
    State {
        /// The state.
        state: State,
    },
    /// The partner answers this client.
    PartnersClient {
        /// The client's bucket.
        bucket: u8,
    },
}

/// Why an address may not be given to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "withheld")]
pub enum Withheld {
    /// Another client has it.
    InUse,
    /// It was found in use by a stranger.
    Abandoned,
    /// It is free, but the partner's.
    Partners,
    /// The partner has not yet acknowledged that it is free.
    Unacknowledged,
    /// In PARTNER-DOWN: the partner, or a client of the partner, may use it until then.
    Until {
        /// When it may be given.
        at: Instant,
    },
}

/// How long a lease may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The lease.
    pub length: Duration,
    /// Whether the MCLT made it shorter than desired.
    pub limited: bool,
}

impl Endpoint {
    /// Whether the server answers a client, who has waited for `secs`. `key` is its client
    /// identifier, or its hardware address if it sends none.
    ///
    /// # Errors
    /// Why it does not.
    pub fn serves(&self, ask: Ask, key: &[u8], secs: u16) -> Result<(), Unserved> {
        let state = self.state();
        let allowed = match service(state) {
            Service::Nobody => false,
            Service::Renewals => ask == Ask::Renewal,
            Service::Everyone => true,
            Service::Share => {
                return if ask == Ask::Any {
                    self.owns(key, secs)
                } else {
                    Ok(())
                };
            }
        };
        if allowed {
            Ok(())
        } else {
            Err(Unserved::State { state })
        }
    }

    /// Whether a client is this server's while both work (RFC 3074).
    ///
    /// # Errors
    /// Its bucket, which is the partner's.
    pub fn owns(&self, key: &[u8], secs: u16) -> Result<(), Unserved> {
        let bucket = bucket(key);
        let primarys = self
            .store
            .as_ref()
            .is_some_and(|store| store.buckets.is_primarys(bucket));
        let ours = primarys == (self.config.role == Role::Primary);
        if ours || !self.config.load_balance || secs > self.config.max_secs {
            Ok(())
        } else {
            Err(Unserved::PartnersClient { bucket })
        }
    }

    /// Whether a client may be given an address now, or may keep it.
    ///
    /// # Errors
    /// Why not.
    pub fn may_lease(
        &self,
        address: Ipv4Addr,
        client: &Client,
        now: Instant,
    ) -> Result<(), Withheld> {
        let Some(store) = &self.store else {
            return Err(Withheld::Partners);
        };
        let lease = store.lease(address);
        let own = lease.is_of(client);
        let down = self.state() == State::PartnerDown;
        match lease.status {
            Status::Active if own => Ok(()),
            Status::Active => Err(Withheld::InUse),
            Status::Abandoned => Err(Withheld::Abandoned),
            // Whose it was may have it back, unless the partner was told that it is free.
            Status::Expired | Status::Released if own && (down || !lease.told) => Ok(()),
            Status::Expired | Status::Released | Status::Reset if down => {
                self.after(self.reusable(lease), now)
            }
            Status::Expired | Status::Released | Status::Reset => Err(Withheld::Unacknowledged),
            Status::Free | Status::Backup if self.is_own(lease) => Ok(()),
            Status::Free | Status::Backup if down => self.after(store.since + self.mclt(), now),
            Status::Free if lease.claimed => Err(Withheld::Unacknowledged),
            Status::Free | Status::Backup => Err(Withheld::Partners),
        }
    }

    /// Whether the free address is this server's to give.
    fn is_own(&self, lease: &Lease) -> bool {
        match self.config.role {
            Role::Primary => lease.status == Status::Free && !lease.claimed,
            Role::Secondary => lease.status == Status::Backup,
        }
    }

    fn after(&self, at: Instant, now: Instant) -> Result<(), Withheld> {
        if now >= at {
            Ok(())
        } else {
            Err(Withheld::Until { at })
        }
    }

    /// When an address without a lease may go to another client in PARTNER-DOWN. What this server
    /// has leased since it got there the partner cannot know of (section 9.4.2).
    fn reusable(&self, lease: &Lease) -> Instant {
        let entered = self
            .store
            .as_ref()
            .map_or(Instant::ZERO, |store| store.since);
        if lease.begun > entered {
            let known = Times {
                expires: Instant::ZERO,
                ..lease.times
            };
            return arith::reusable(entered, &known, self.mclt());
        }
        arith::reusable(entered, &lease.times, self.mclt())
    }

    /// The lease that a client may be given on an address. In PARTNER-DOWN it is what is desired
    /// (section 9.4.2).
    pub fn grant(&self, now: Instant, address: Ipv4Addr, desired: Duration) -> Grant {
        let times = self
            .store
            .as_ref()
            .map_or_else(Times::default, |store| store.lease(address).times);
        let length = if self.state() == State::PartnerDown {
            desired
        } else {
            arith::granted(now, desired, &times, self.mclt())
        };
        Grant {
            length,
            limited: length < desired,
        }
    }
}
