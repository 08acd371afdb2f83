//! The simulation as a whole: the clock, the wires, going back, and stories from end to end.

mod build;
mod conflicts;
mod lease_origin;
mod recording;
mod two_servers;
mod wires;

