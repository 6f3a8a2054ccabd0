mod attempt;
mod guard;
mod keys;
mod marks;
mod quotas;
mod refused;
mod scope;
mod throttle;
mod verifier;

pub use self::attempt::LoginAttempt;
pub use self::guard::{LoginLimit, LoginResult, Trial};
pub use self::quotas::LoginQuotas;
pub use self::refused::LoginRefused;
pub(crate) use self::scope::Entered;
pub use self::scope::{LoginScope, LoginScopeLayer};
pub use self::throttle::LoginThrottle;
pub use self::verifier::LoginGuard;
