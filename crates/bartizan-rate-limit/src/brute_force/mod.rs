mod attempt;
mod guard;
mod keys;
mod marks;
mod quotas;
mod refused;
mod throttle;
mod verifier;

pub use self::attempt::LoginAttempt;
pub use self::guard::{LoginLimit, LoginResult, Trial};
pub use self::quotas::LoginQuotas;
pub use self::refused::LoginRefused;
pub use self::throttle::LoginThrottle;
pub use self::verifier::LoginGuard;
