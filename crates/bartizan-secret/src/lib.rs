//! Secrets that stay masked, compare in constant time and are wiped, and settings
//! that load them.
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
//! assert_eq!(format!("{key} {key:?}"), "********** **********");
//! assert!(key == *"hunter2");
//! assert_eq!(key.expose_secret(), "hunter2");
//! ```
//!
//! # How a secret is kept
//!
//! 1. [`SecretString`], [`SecretBytes`] and [`Secret<T>`](Secret) copy what they
//!    are given as a `String` or `Vec` into a box of its exact size, and wipe the
//!    original. [`Secret::init`] makes a value in its place.
//! 2. `Debug`, `Display` and `Serialize` give [`MASK`] for every secret, an empty
//!    one too. Only a secret URL shows more: where it leads.
//! 3. Errors of `Deserialize` do not quote the input.
//! 4. `==` takes the same time wherever the first difference lies. Lengths may be
//!    told from it. The comparison is `subtle`'s: every crate of the workspace
//!    builds this one, and none needs to build a C library for it.
//! 5. `map` makes secrets of secrets ([`Masked`]). There is no `len`, no `Hash`
//!    and no `Ord`.
//! 6. What is dropped is wiped, when a panic unwinds as well.
//!
//! # What it does not do
//!
//! It does not lock memory or keep it out of core dumps, and cannot wipe what it
//! never held: the text that a parser was given, the environment of the process,
//! or what the code makes of an exposed secret.
//!
//! # Crate features
//!
//! None is on by default.
//!
//! - `serde`: `Serialize` and `Deserialize` for all secrets.
//! - `settings`: module `settings`, whose `Loader` reads settings from code,
//!   environment, `.env`, `NAME_FILE` and a secrets directory.
//! - `toml`: `Loader::toml`, which reads them from TOML files, too.
//! - `tracing`: `MaskLogs`, a writer for `tracing_subscriber` that masks secrets,
//!   and the `Masker` that it uses.
//! - `url`: `Secret<Url>`, which shows the URL without its credentials.
//!
//! # What is masked in logs
//!
//! `Masker` looks at each event as a whole, and puts the mask in place of:
//!
//! 1. Registered secrets: plain, in base64 at any offset, in hexadecimal or as a
//!    list of numbers, each of them percent-encoded or escaped as in JSON or by
//!    `Debug`, once or several times.
//! 2. The values of `Authorization`, `Cookie` and `X-API-Key`, and of what ends in
//!    such a name (`Set-Cookie`, `HTTP_COOKIE`), in any letter case, after `:`,
//!    `=`, `=>`, `->` or as the other half of a pair: what is between quotes or
//!    brackets, or else the rest of the line and the indented lines after it.
//!    Where the last quote cannot be told from one within the value, it is the
//!    rest of the line, too.
//! 3. JSON Web Tokens ([RFC 7519]): the beginning of a JSON object in base64url
//!    and at least two dots.
//! 4. Keys: a prefix, `_` or `-`, and at least 24 letters and digits that are
//!    neither a hexadecimal number nor a word; identifiers of AWS access keys;
//!    keys of Google's APIs (`AIza`) and GitLab's access tokens (`glpat-`).
//! 5. Private keys in PEM ([RFC 7468]), to their last line.
//!
//! A secret that is neither registered nor of such a shape is not recognised,
//! nor is one that is split between two events. The masker itself keeps what is
//! registered, unwiped, for as long as it lives.
//!
//! [RFC 7468]: https://www.rfc-editor.org/rfc/rfc7468
//! [RFC 7519]: https://www.rfc-editor.org/rfc/rfc7519

#![cfg_attr(docsrs, feature(doc_cfg))]

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
