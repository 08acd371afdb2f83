//! The page's program. `start.js` loads it and calls what the library exports (`app::embed`).

use dhcp_lab as _;

fn main() {}
