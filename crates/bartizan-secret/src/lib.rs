//! Secrets that stay masked, compare in constant time and are wiped.
//!
//! A password that is a `String` ends up in a log line, an error or a core dump
//! sooner or later. The types of this crate show `**********` in place of what
//! they hold, and hand it out only where the code says `expose_secret`.
//!
//! # Example
//!
//! ```
//! use bartizan_secret::SecretString;
//!
//! let key = SecretString::from(String::from("hunter2"));
//!
//! assert_eq!(format!("{key:?}"), "**********");
//! assert!(key == *"hunter2");
//! assert_eq!(key.expose_secret(), "hunter2");
//! ```

mod bytes;
#[cfg(feature = "tracing")]
mod logging;
mod mask;
mod secret;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "settings")]
pub mod settings;
mod text;
#[cfg(feature = "url")]
mod url;

pub use zeroize;

pub use self::bytes::SecretBytes;
#[cfg(feature = "tracing")]
pub use self::logging::{MaskLogs, Masker, MaskingWriter, UnmaskableSecret};
pub use self::mask::{MASK, Masked};
pub use self::secret::Secret;
pub use self::text::SecretString;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
