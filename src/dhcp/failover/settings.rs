//! Other settings for an endpoint that runs.

use super::endpoint::Endpoint;
use super::load::Buckets;
use super::state::Role;
use super::{Config, State};

impl Endpoint {
    /// Works by other settings from now on, with what its disk has. The partner learns the MCLT
    /// and the buckets with the next connection.
    pub fn configure(&mut self, config: Config) {
        if config.role == Role::Primary
            && let Some(store) = &mut self.store
        {
            store.mclt = config.mclt;
            store.buckets = Buckets::split(config.split);
        }
        self.config = config;
    }

    /// The partner's state as last heard of; `None` if it never was.
    pub fn partner(&self) -> Option<State> {
        let (state, _) = self.store.as_ref()?.partner?;
        Some(state)
    }
}
