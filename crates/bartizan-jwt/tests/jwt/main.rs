//! The crate as its users see it.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

mod at_jwt;
mod bearer;
mod claims;
mod config;
mod cookbook;
mod corpora;
mod cost;
mod cves;
mod differential;
mod keys;
mod published;
mod rfc;
mod rules;
mod sets;
mod signer;
mod support;
mod verifier;
mod wycheproof;
