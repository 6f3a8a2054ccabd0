//! What guards have found out, for handlers.
//!
//! With axum, [`Principal`](crate::Principal), `Option<Principal>` and
//! [`ClientAddr`](crate::ClientAddr) are arguments of handlers by themselves.

#[cfg(all(feature = "axum", feature = "rate-limit"))]
mod quota;
#[cfg(feature = "tonic")]
mod tonic;

#[cfg(all(feature = "axum", feature = "rate-limit"))]
pub use self::quota::Quota;
#[cfg(feature = "tonic")]
pub use self::tonic::RequestExt;
