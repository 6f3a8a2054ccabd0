//! The program over real sockets and pipes.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod corpora;
mod http;
mod judge;
mod layers;
mod mistakes;
mod protocols;
mod readme;
mod server;
mod serving;
