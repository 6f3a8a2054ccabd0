mod attempt;
mod guard;
mod inner;
mod keys;
mod marks;
mod name;
mod queue;
mod quotas;
mod refused;
#[cfg(feature = "serde")]
mod settings;
mod throttle;
mod verifier;

pub use self::attempt::LoginAttempt;
pub use self::guard::{LoginLimit, LoginResult, Trial};
pub use self::quotas::LoginQuotas;
pub use self::refused::LoginRefused;
#[cfg(feature = "serde")]
pub use self::settings::BruteForceSettings;
pub use self::throttle::LoginThrottle;
pub use self::verifier::LoginGuard;
