//! The same two routes bare, behind Bartizan, and behind today's peers composed.
//!
//! `cargo xtask bench stack` starts `stack-server` once for each [`Mode`], and the
//! same routes in `FastAPI` (`fastapi/app.py`), puts load on them in turns and draws
//! what came of it. All of them answer `/protected` only to the holder of a token
//! with the role [`ROLE`], except the bare ones; `/plain` has no layer in any of
//! them, and shows how far the machine is from quiet.
//!
//! The peers are what their users have today: tower-http's CORS, one quota of
//! `tower_governor`, and a middleware over `jsonwebtoken` that looks at the role.
//! Bartizan's stack does more than they do: security headers, problem details, what is
//! left of two quotas, and it remembers tokens. The equal peers do that too, as far as
//! they can; the mode without a cache verifies each token, as all peers do; and the bare
//! application with the same fields shows what writing them costs by itself.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that goes wrong has to stop"
)]

mod bartizan;
mod exchange;
mod mode;
mod peers;
mod routes;
mod token;

pub use self::exchange::Exchange;
pub use self::mode::Mode;
pub use self::token::{ROLE, token};

/// The web page that may call the service from a browser.
pub const ORIGIN: &str = "https://app.example.com";
