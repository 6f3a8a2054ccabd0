//! The steps of a [`Stack`](crate::Stack), as types, and what the compiler
//! asks of them.
//!
//! [`Before`] is the order. [`Fits`] says which guard belongs to which step, and
//! is what a guard of one's own implements to be taken for one.

mod fits;
mod frame;
mod join;
mod order;

pub use self::fits::Fits;
#[cfg(feature = "problem")]
pub use self::frame::Framed;
pub use self::frame::{Bare, Frame};
pub use self::join::{Fused, Join, NoGuards};
pub use self::order::{Before, ClientKnown, PrincipalKnown};

macro_rules! markers {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[non_exhaustive]
        pub struct $name;
    )*};
}

markers! {
    /// Before the first step.
    Start,
    /// [`Stack::problem`](crate::Stack::problem).
    Problem,
    /// [`Stack::headers`](crate::Stack::headers).
    Headers,
    /// [`Stack::cors`](crate::Stack::cors).
    Cors,
    /// [`Stack::client_address`](crate::Stack::client_address).
    ClientAddress,
    /// [`Stack::firewall`](crate::Stack::firewall).
    Firewall,
    /// [`Stack::csrf`](crate::Stack::csrf).
    Csrf,
    /// [`Stack::rate_limit_by_address`](crate::Stack::rate_limit_by_address).
    AddressLimit,
    /// [`Stack::before_auth`](crate::Stack::before_auth).
    BeforeAuth,
    /// [`Stack::authenticate`](crate::Stack::authenticate).
    Authentication,
    /// [`Stack::rate_limit_by_principal`](crate::Stack::rate_limit_by_principal).
    PrincipalLimit,
    /// [`Stack::authorize`](crate::Stack::authorize).
    Authorization,
    /// [`Stack::guard`](crate::Stack::guard).
    AfterAuth,
    /// No step has found the client's address.
    NoClient,
    /// [`Stack::client_address`](crate::Stack::client_address) finds the client's
    /// address.
    WithClient,
}
