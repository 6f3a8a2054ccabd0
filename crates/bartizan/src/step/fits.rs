use std::sync::Arc;

use bartizan_core::chain::{And, Chain, Shadow, When};
use bartizan_core::{Authenticate, FindClient, Guard, RequestFirewall, Scheme};

use super::{Authentication, ClientAddress, Firewall};

/// Says that this guard is what a step of a stack is for.
///
/// The guards of the crates of this project say so themselves. One of your own
/// says so with one line:
///
/// ```
/// use bartizan::{Guard, RequestHead, Stack, Verdict, step};
///
/// struct OriginCheck;
///
/// impl Guard for OriginCheck {
///     type Pass = ();
///
///     fn check(&self, head: RequestHead<'_>) -> Verdict<()> {
///         Verdict::Pass(())
///     }
/// }
///
/// impl step::Fits<step::Csrf> for OriginCheck {}
///
/// let stack = Stack::new().csrf(OriginCheck).build();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a guard for the `{Step}` step of a stack",
    label = "not a guard for this step",
    note = "guards of your own go to `.before_auth(..)` or `.guard(..)`, or implement \
            `bartizan::step::Fits` for this step"
)]
pub trait Fits<Step>: Chain {}

impl Fits<ClientAddress> for FindClient {}
impl Fits<Firewall> for RequestFirewall {}
impl<S: Scheme> Fits<Authentication> for Authenticate<S> {}

#[cfg(feature = "cors")]
impl Fits<super::Cors> for bartizan_cors::Cors {}
#[cfg(feature = "headers")]
impl Fits<super::Headers> for bartizan_headers::SecurityHeaders {}
#[cfg(feature = "rate-limit")]
impl Fits<super::AddressLimit> for bartizan_rate_limit::RateLimit {}
#[cfg(feature = "rate-limit")]
impl Fits<super::PrincipalLimit> for bartizan_rate_limit::RateLimit {}

impl<Step, A: Fits<Step>, B: Fits<Step>> Fits<Step> for And<A, B> {}
impl<Step, G: Guard + Fits<Step>> Fits<Step> for Arc<G> {}
impl<Step, G: Guard + Fits<Step>> Fits<Step> for Shadow<G> {}
impl<Step, C, F> Fits<Step> for When<C, F>
where
    C: Fits<Step>,
    Self: Chain,
{
}
