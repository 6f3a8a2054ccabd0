use super::{
    AddressLimit, AfterAuth, Authentication, Authorization, BeforeAuth, ClientAddress, Cors, Csrf,
    Firewall, Headers, PrincipalLimit, Problem, Start, WithClient,
};

/// Says that `Step` may come next in a stack whose last step is this one.
#[diagnostic::on_unimplemented(
    message = "the `{Step}` step of a stack cannot come after its `{Self}` step",
    label = "this step comes too late, or twice",
    note = "the order of the steps is: problem, headers, cors, client_address, firewall, csrf, \
            rate_limit_by_address, before_auth, authenticate, rate_limit_by_principal, authorize, \
            guard"
)]
pub trait Before<Step>: sealed::Step {}

/// Says that the principal is known after this step, to what comes next.
#[diagnostic::on_unimplemented(
    message = "nobody is authenticated after the `{Self}` step of a stack",
    label = "this step asks who the principal is",
    note = "put `.authenticate(..)` or `.authenticate_optional(..)` in front of it"
)]
pub trait PrincipalKnown: sealed::Step {}

impl PrincipalKnown for Authentication {}
impl PrincipalKnown for PrincipalLimit {}
impl PrincipalKnown for Authorization {}
// Whatever needs the principal comes too late after these, which is what the compiler
// then says, and nothing else.
impl PrincipalKnown for AfterAuth {}

/// Says that a step before finds the client's address.
#[diagnostic::on_unimplemented(
    message = "the address of the client is not known at this step of a stack",
    label = "this step asks for the address of the client",
    note = "put `.client_address(..)` in front of it"
)]
pub trait ClientKnown {}

impl ClientKnown for WithClient {}

/// Lets each step come before all that are named after it.
macro_rules! order {
    ($first:ident $($later:ident)*) => {
        impl sealed::Step for $first {}
        $(impl Before<$later> for $first {})*
        order! { $($later)* }
    };
    () => {};
}

order! {
    Start Problem Headers Cors ClientAddress Firewall Csrf AddressLimit BeforeAuth
    Authentication PrincipalLimit Authorization AfterAuth
}

// What users bring themselves may be brought more than once.
impl Before<Self> for BeforeAuth {}
impl Before<Self> for AfterAuth {}

mod sealed {
    #[expect(unnameable_types, reason = "that is what seals the order")]
    pub trait Step {}
}
