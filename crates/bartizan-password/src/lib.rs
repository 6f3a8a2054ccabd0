//! Password hashing off the reactor: argon2id in a bounded pool, legacy formats,
//! peppers.
//!
//! Stops guessing of stolen hashes (argon2id at OWASP's cost, optionally under a
//! pepper), guessing of names from the time of an answer (an unknown user costs
//! what a wrong password costs), and storms of logins that stall a service or
//! exhaust its memory (a bounded number of threads, each with memory of its own).
//!
//! # Example
//!
//! ```
//! use bartizan_core::{LoginError, PasswordVerifier as _};
//! use bartizan_password::{
//!     Argon2Params, Login, MemoryUserStore, PasswordHasher, PasswordHasherPool, UserRecord,
//! };
//! use bartizan_secret::SecretString;
//!
//! # tokio_test::block_on(async {
//! let hasher = PasswordHasher::new(Argon2Params::default());
//! let pool = PasswordHasherPool::new(hasher)?;
//!
//! let hash = pool.hash(SecretString::from("correct horse")).await?;
//! let users = MemoryUserStore::new()
//!     .user("alice", UserRecord::new("alice", hash.as_str()).role("admin"))
//!     // A user of the Django application that this service replaces.
//!     .user("bob", UserRecord::new(
//!         "bob",
//!         "pbkdf2_sha256$10000$kjVJaVz6qsnJ$5yPHw3rwJGECpUf70daLGhOrQ5+AMxIJdz1c3bqK1Rs=",
//!     ));
//! let login = Login::new(users, pool.clone());
//!
//! let alice = login.verify("alice", "correct horse".into()).await?;
//! assert!(alice.has_role("admin"));
//!
//! // Bob's hash is made anew on the way, as argon2id.
//! login.verify("bob", "not a password".into()).await?;
//! assert_eq!(pool.stats().hashes, 2);
//!
//! let denied = login.verify("nobody", "guess".into()).await;
//! assert!(matches!(denied, Err(LoginError::Denied)));
//! assert_eq!(pool.stats().dummies, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # How a login is judged
//!
//! 1. A password that is empty, or longer than [`PasswordHasher::max_bytes`], is
//!    denied without any work, whoever it is for.
//! 2. The store is asked for the user. If it fails, so does the login:
//!    [`LoginError::Failed`], never "denied".
//! 3. The stored hash is read. One of an unknown or broken format, above the
//!    [`HashLimits`], or under an unknown pepper is a failure of the service's.
//! 4. The work is queued on the [`PasswordHasherPool`], or refused at once with
//!    [`LoginError::Overloaded`].
//! 5. The password is compared in constant time: under the pepper named in the
//!    hash, with the algorithm and the costs named in the hash. For an unknown
//!    user there is one comparison in vain, of the present cost.
//! 6. Wrong password, unknown user and disabled user are one answer:
//!    [`LoginError::Denied`].
//! 7. A hash that is not as new ones are is replaced, see
//!    [`UserStore::replace_hash`].
//!
//! The rules are those of [ASVS 5.0] 6.2 and 6.3.8 and 11.4.2, and of OWASP's
//! [Password Storage Cheat Sheet].
//!
//! # What it does not do
//!
//! - Count failed logins: a bound on guesses per user and per address is the work of
//!   `LoginGuard` of `bartizan-rate-limit`, which takes a [`Login`] and goes wherever
//!   one does.
//! - Hide the format of a hash. While users of one store have hashes of several
//!   formats or costs, the time of an answer tells which one a user has, and that
//!   it is no unknown user; it ends as hashes are renewed. A login that renews a
//!   hash, and so was right, takes the longer.
//! - Normalise passwords: their bytes are hashed as they come.
//! - Wipe everything. Passwords, their HMACs and argon2's memory are wiped (the
//!   latter when a hashing thread comes to rest); what
//!   the libraries underneath leave on the stack or in scrypt's memory is not.
//! - Choose passwords. [`PasswordPolicy`] judges new ones where a service asks it;
//!   neither a login nor the hashing does.
//! - Hash with anything but argon2id. Other formats are read, never written.
//! - Verify a bcrypt hash of a password beyond byte 72, or with a NUL in it: see
//!   [`PasswordHasher::insecure_truncate_for_bcrypt`].
//!
//! [ASVS 5.0]: https://github.com/OWASP/ASVS/tree/v5.0.0
//! [Password Storage Cheat Sheet]: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
//! [`LoginError::Denied`]: bartizan_core::LoginError::Denied
//! [`LoginError::Failed`]: bartizan_core::LoginError::Failed
//! [`LoginError::Overloaded`]: bartizan_core::LoginError::Overloaded

mod encoding;
mod error;
pub mod future;
mod generate;
mod hash;
mod hasher;
mod limits;
mod login;
mod memory;
mod params;
mod pepper;
mod policy;
mod pool;

pub use self::error::HashError;
pub use self::generate::generate_password;
pub use self::hash::{HashFormat, PasswordHash};
pub use self::hasher::{PasswordHasher, Verification};
pub use self::limits::HashLimits;
pub use self::login::{Login, MemoryUserStore, UserRecord, UserStore};
pub use self::params::{Argon2Params, ParamsError};
pub use self::pepper::{PepperError, PepperId, PepperRing};
pub use self::policy::{PasswordPolicy, PolicyError};
pub use self::pool::{PasswordHasherPool, PoolError, PoolSettings, PoolStats};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
