//! Settings from code, environment, files and defaults, with every problem at
//! once.
//!
//! A service that reads its settings one by one fails at start once for each
//! mistake, and its error may quote the password that it could not parse.
//! [`Loader`] looks at everything before it fails, and names settings and the
//! places where they were set, but never a value.
//!
//! # Example
//!
//! ```
//! use bartizan_secret::SecretString;
//! use bartizan_secret::settings::Loader;
//! use serde::Deserialize;
//!
//! #[derive(Debug, Deserialize)]
//! struct Settings {
//!     db: Database,
//!     #[serde(default)]
//!     debug: bool,
//!     port: u16,
//! }
//!
//! #[derive(Debug, Deserialize)]
//! struct Database {
//!     password: SecretString,
//!     url: String,
//! }
//!
//! let loader = || Loader::new().prefix("APP_");
//!
//! let settings: Settings = loader()
//!     .environment([
//!         ("APP_DB__PASSWORD", "hunter2"),
//!         ("APP_DB__URL", "postgres://db"),
//!         ("APP_PORT", "80"),
//!     ])
//!     .set("port", "8080")
//!     .load()?;
//!
//! assert_eq!(settings.port, 8080);
//! assert_eq!(settings.db.url, "postgres://db");
//! assert_eq!(settings.db.password.expose_secret(), "hunter2");
//! assert!(!settings.debug);
//!
//! let error = loader().environment([("APP_PORT", "hunter2")]).load::<Settings>().unwrap_err();
//!
//! assert_eq!(
//!     error.to_string(),
//!     "3 problems in the settings\n  \
//!      APP_PORT (environment variable APP_PORT): expected a whole number from 0 to 65535\n  \
//!      APP_DB__PASSWORD: missing\n  \
//!      APP_DB__URL: missing"
//! );
//! # Ok::<(), bartizan_secret::settings::SettingsError>(())
//! ```
//!
//! # Where a value comes from
//!
//! The first of these that has one counts:
//!
//! 1. [`Loader::set`].
//! 2. The environment variable `NAME`.
//! 3. `NAME` in a `.env` file.
//! 4. The file named by `NAME_FILE`, in the environment or else in `.env`. When
//!    a group has a setting that is itself called `NAME_FILE`, it is that.
//! 5. The file `NAME` in a secrets directory.
//! 6. A TOML file ([`Loader::toml`], with the feature `toml`): a value, or else the file
//!    named by `NAME_FILE` there.
//! 7. The type's default: `#[serde(default)]`, or `None`.
//!
//! So `NAME` wins where both `NAME` and `NAME_FILE` are set, even when `NAME` is
//! set to nothing (`NAME=""`), and the file is not opened.
//!
//! # How a value is read
//!
//! - Names are the prefix, the groups and the field, in any letter case, with two
//!   underscores between them: `APP_DB__URL` is `url` in `db`. Of two names in
//!   one source that differ by case alone the second is a problem.
//! - Booleans are `true`, `1`, `yes`, `on` and their opposites; lists are parted
//!   by commas, or numbered (`NAME__0`); enums are the variant's name in any
//!   letter case, or `NAME__VARIANT` when the variant has content; keys of maps
//!   are in lower case.
//! - A file loses one line break at its end. It holds at most 64 KiB, a `.env`
//!   file 1 MiB.
//! - A file that its group or others may read or write is refused (Unix only;
//!   [`Loader::insecure_shared_files`] takes it).
//! - In TOML, tables are groups, and arrays are numbered (`NAME__0`). Numbers,
//!   booleans and dates count as their text. `NAME` from a source above takes the
//!   place of a whole array or table; `NAME__0` of what has this number.
//! - Of a file that is not TOML in some line nothing is taken: behind a missing quote,
//!   values look like names. A TOML file is at most 1 MiB long. Others may read it, but not write it, and a
//!   value for [`SecretString`](crate::SecretString), [`SecretBytes`](crate::SecretBytes)
//!   or [`Secret`](crate::Secret) is refused if they may read it.
//! - A name in `.env` or TOML, or one given to [`Loader::set`], that no setting has is a
//!   problem. In the environment and in directories it is not, since others use them,
//!   unless nobody else uses the prefix ([`Loader::own_prefix`]).
//! - What a type says about a value that it refuses is passed on, unless it
//!   repeats four bytes of the value in a row.
//!
//! # What it does not do
//!
//! It does not watch for changes, and does not read YAML. Below
//! `#[serde(flatten)]` and in untagged enums, serde asks for no type, so that
//! everything is text there. The value that a path stands for in `NAME_FILE` is
//! wiped when dropped; the environment of the process itself is not.
//!
//! Missing settings are found by passes over the type with stand-ins in place of
//! what is flawed. A group that refuses every stand-in of one of its settings may
//! hide that others are missing; the error then says so
//! ([`ProblemKind::Unchecked`]).

mod dotenv;
mod echo;
mod fault;
mod file;
mod loader;
mod node;
mod problem;
mod run;
mod sources;
#[cfg(feature = "toml")]
mod toml;
mod word;

pub use self::loader::Loader;
pub use self::problem::{Origin, Problem, ProblemKind, SettingsError};
