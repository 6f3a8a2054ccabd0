//! Guards that let everything pass, one for each step.

#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "each test needs some of them"
)]

use bartizan::{
    Attempt, AuthFailure, Challenge, Guard, Principal, Realm, RequestHead, Scheme, Verdict, step,
};

macro_rules! guards {
    ($($name:ident: $($step:ident)*,)*) => {$(
        pub(crate) struct $name;

        impl Guard for $name {
            type Pass = ();

            fn check(&self, _: RequestHead<'_>) -> Verdict<()> {
                Verdict::Pass(())
            }
        }

        $(impl step::Fits<step::$step> for $name {})*
    )*};
}

guards! {
    Headers: Headers,
    Cors: Cors,
    Firewall: Firewall,
    Csrf: Csrf,
    Limit: AddressLimit PrincipalLimit,
    Policy:,
    Mine:,
}

/// Takes everyone for the same principal.
pub(crate) struct Anyone;

impl Scheme for Anyone {
    fn name(&self) -> &'static str {
        "anyone"
    }

    fn authenticate(&self, _: RequestHead<'_>) -> Attempt {
        Attempt::Authenticated(Principal::builder("anyone").build())
    }

    fn challenge(&self, _: Option<&AuthFailure>) -> Challenge {
        Challenge::bearer(&Realm::default())
    }
}
