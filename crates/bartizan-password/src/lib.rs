//! placeholder
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
mod pool;

pub use self::error::HashError;
pub use self::generate::generate_password;
pub use self::hash::{HashFormat, PasswordHash};
pub use self::hasher::{PasswordHasher, Verification};
pub use self::limits::HashLimits;
pub use self::login::{Login, MemoryUserStore, UserRecord, UserStore};
pub use self::params::{Argon2Params, ParamsError};
pub use self::pepper::{PepperError, PepperId, PepperRing};
pub use self::pool::{PasswordHasherPool, PoolError, PoolSettings, PoolStats};
