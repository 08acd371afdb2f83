//! Where nodes stand on the stage: clients left, switches and routers in the middle, servers right.
//! Where a switch has many clients, they are a crowd: rows of squares.

use crate::scenario::{NodeFile, NodeId, NodeKind, Scenario};

/// A place on the stage, in hundredths of its width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// From the left.
    pub(crate) x: f64,
    /// From the top.
    pub(crate) y: f64,
}

impl Place {
    /// The place that lies `part` of the way to another, a part from 0 to 1.
    pub(crate) fn towards(self, other: Self, part: f64) -> Self {
        Self {
            x: self.x + (other.x - self.x) * part,
            y: self.y + (other.y - self.y) * part,
        }
    }

    /// As a style.
    pub(crate) fn style(self) -> String {
        format!("left:{};top:{}", percent(self.x), percent(self.y))
    }

    /// As the style of a width and a height.
    pub(crate) fn extent(self) -> String {
        format!("width:{};height:{}", percent(self.x), percent(self.y))
    }
}

/// A share of a hundred, such as `12.345%`. Without the standard library's formatting of floats,
/// which would be the only one in the page and weighs 5 kB.
#[allow(
    clippy::cast_possible_truncation,
    reason = "shares of a hundred and little more"
)]
pub(crate) fn percent(share: f64) -> String {
    let thousandths = (share * 1_000.0).round() as i64;
    let sign = if thousandths < 0 { "-" } else { "" };
    let thousandths = thousandths.unsigned_abs();
    format!("{sign}{}.{:03}%", thousandths / 1_000, thousandths % 1_000)
}

/// The lowest that a node stands: its words hang below it.
const FLOOR: f64 = 90.0;

/// How much lower than the middle the switches beside a router stand, and the others higher.
const STAGGER: f64 = 16.0;

/// How far from its client a cable that this one has moved to is pressed, of its whole length.
const SPARE: f64 = 0.3;

/// The most clients of one switch that stand on the stage one by one.
const FEW: usize = 8;

/// How many times the room of a client that stands alone a crowd takes.
const ROOM: f64 = 4.0;

/// How many times as wide as high the stage is, about: on a wide screen and on a narrow one.
const SHAPES: [f64; 2] = [2.2, 0.9];

/// The clients of one switch, where they are too many to stand one by one: rows of squares.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Crowd {
    /// Their switch.
    pub(crate) switch: NodeId,
    /// The clients, row after row.
    pub(crate) members: Vec<NodeId>,
    /// Where their rows stand: the upper left corner.
    pub(crate) corner: Place,
    /// How much of the stage they take: its width and height.
    pub(crate) size: Place,
    /// How many stand in a row, on a wide screen and on a narrow one.
    pub(crate) columns: [usize; 2],
}

impl Crowd {
    /// The place of a member, on a narrow screen or on a wide one.
    fn seat(&self, number: usize, narrow: bool) -> Place {
        let columns = self.columns[usize::from(narrow)];
        let rows = self.members.len().div_ceil(columns);
        let along = |start: f64, length: f64, seat: usize, seats: usize| {
            start + (seat as f64 + 0.5) / seats as f64 * length
        };
        Place {
            x: along(self.corner.x, self.size.x, number % columns, columns),
            y: along(self.corner.y, self.size.y, number / columns, rows),
        }
    }

    /// Where the cable to the switch begins.
    pub(crate) fn gate(&self) -> Place {
        Place {
            x: self.corner.x + self.size.x,
            y: self.corner.y + self.size.y / 2.0,
        }
    }
}

/// Where every node of a scenario stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layout {
    places: Vec<Place>,
    /// In which crowd a node is, and as which of its members.
    seats: Vec<Option<(usize, usize)>>,
    /// The crowds.
    pub(crate) crowds: Vec<Crowd>,
}

impl Layout {
    /// The place of a node, on a narrow screen or on a wide one.
    pub(crate) fn place(&self, node: NodeId, narrow: bool) -> Place {
        match self.seats[node.index()] {
            Some((crowd, number)) => self.crowds[crowd].seat(number, narrow),
            None => self.places[node.index()],
        }
    }

    /// Where a cable is pressed: halfway, but for one that a client has moved to, which is longer and
    /// goes over the middle of others.
    pub(crate) fn grip(&self, ends: [NodeId; 2], spare: bool) -> Place {
        let [one, other] = ends.map(|end| self.place(end, false));
        one.towards(other, if spare { SPARE } else { 0.5 })
    }

    /// The number of the crowd that a node is in, if it is in one.
    pub(crate) fn crowd_of(&self, node: NodeId) -> Option<usize> {
        self.seats[node.index()].map(|(crowd, _)| crowd)
    }

    /// Where the nodes of a scenario stand.
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let kind = |id: NodeId| scenario.node(id).kind;
        let count = scenario.nodes().count();
        // A client's switch is the one that its first cable leads to.
        let mut switch_of = vec![None; count];
        let mut has_clients = vec![false; count];
        for (_, [one, other], _) in scenario.links() {
            for (end, far) in [(one, other), (other, one)] {
                if kind(end) == NodeKind::Client && kind(far) == NodeKind::Switch {
                    switch_of[end.index()].get_or_insert(far);
                    has_clients[far.index()] = true;
                }
            }
        }
        let mut clients = vec![0; count];
        for switch in switch_of.iter().flatten() {
            clients[switch.index()] += 1;
        }
        let mut seats = vec![None; count];
        let mut crowds: Vec<Crowd> = Vec::new();
        for (id, _) in scenario.nodes() {
            let Some(switch) = switch_of[id.index()].filter(|at| clients[at.index()] > FEW) else {
                continue;
            };
            let known = crowds.iter().position(|crowd| crowd.switch == switch);
            let number = known.unwrap_or_else(|| {
                crowds.push(Crowd {
                    switch,
                    members: Vec::with_capacity(clients[switch.index()]),
                    corner: Place { x: 0.0, y: 0.0 },
                    size: Place { x: 0.0, y: 0.0 },
                    columns: [1; 2],
                });
                crowds.len() - 1
            });
            seats[id.index()] = Some((number, crowds[number].members.len()));
            crowds[number].members.push(id);
        }

        let routed = scenario
            .nodes()
            .any(|(_, node)| node.kind == NodeKind::Router);
        // With a router in the middle, the switches that have clients stand on their side of it.
        let column = |(id, node): (NodeId, &NodeFile)| match node.kind {
            NodeKind::Client => 0_usize,
            NodeKind::Switch if routed && has_clients[id.index()] => 1,
            NodeKind::Switch if routed => 3,
            NodeKind::Switch | NodeKind::Router => 2,
            NodeKind::Server | NodeKind::Host => 4,
        };
        let stands: [f64; 5] = match (routed, crowds.is_empty()) {
            (true, true) => [12.0, 31.0, 50.0, 69.0, 88.0],
            (true, false) => [24.0, 54.0, 66.0, 78.0, 91.0],
            (false, true) => [15.0, 50.0, 50.0, 50.0, 85.0],
            (false, false) => [28.0, 68.0, 68.0, 68.0, 89.0],
        };
        let mut all = [0.0; 5];
        let room = |seat: Option<(usize, usize)>| match seat {
            None => 1.0,
            Some((_, 0)) => ROOM,
            Some(_) => 0.0,
        };
        for node in scenario.nodes() {
            all[column(node)] += room(seats[node.0.index()]);
        }
        let mut above = [0.0; 5];
        let mut places = Vec::with_capacity(count);
        for node in scenario.nodes() {
            let (column, seat) = (column(node), seats[node.0.index()]);
            let (x, all, own) = (stands[column], all[column], room(seat));
            // Five in a row stand too close for their words: every other one stands lower.
            let shift = match column {
                _ if !routed || all > 1.0 => 0.0,
                1 | 3 => STAGGER,
                _ => -STAGGER,
            };
            if let Some((number, 0)) = seat {
                let (crowd, part) = (&mut crowds[number], 100.0 / all);
                crowd.corner = Place {
                    x: 1.0,
                    y: above[column] * part + 1.0,
                };
                crowd.size = Place {
                    x: 2.0 * (x - 1.0),
                    y: own * part - 2.0,
                };
                let shape = crowd.size.x / crowd.size.y;
                crowd.columns = SHAPES.map(|stage| columns(crowd.members.len(), stage * shape));
            }
            places.push(Place {
                x,
                y: (above[column] + own / 2.0) / all * FLOOR + shift,
            });
            above[column] += own;
        }
        Self {
            places,
            seats,
            crowds,
        }
    }
}

/// In how many columns so many squares fill a field that is `shape` times as wide as high.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a root of a count of nodes"
)]
fn columns(count: usize, shape: f64) -> usize {
    ((count as f64 * shape).sqrt().ceil() as usize).clamp(1, count)
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
