mod attempt;
mod guard;
mod quotas;
mod scope;
mod throttle;
mod verifier;

pub use self::attempt::LoginAttempt;
pub use self::guard::{LoginLimit, LoginResult, Trial};
pub use self::quotas::LoginQuotas;
pub(crate) use self::scope::Entered;
pub use self::scope::{LoginScope, LoginScopeLayer};
pub use self::throttle::{LoginRefused, LoginThrottle};
pub use self::verifier::LoginGuard;
