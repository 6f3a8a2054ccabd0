mod build;
mod layer;
#[cfg(feature = "problem")]
mod problem;
mod steps;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use bartizan_core::Observer;

pub use self::layer::StackLayer;
use crate::step::{Bare, NoClient, NoGuards, Start};

/// Builds a stack of guards, in the one order that makes sense.
///
/// Each step is a method that exists only after the steps that have to come
/// before it, so that a stack in another order does not compile; nor does one
/// that has a step twice. All steps may be left out, except those that another
/// needs. [`build`](Self::build) makes a `tower` layer of it.
///
/// # The order, and why
///
/// What is further out sees more requests, so cheap checks come before dear
/// ones, and what marks responses comes before what turns requests away.
///
/// 1. [`problem`](Self::problem): gives every response that is an error its body,
///    whichever step it comes from.
/// 2. [`headers`](Self::headers): responses of all steps further in, and of
///    panics of the service, carry the security header fields.
/// 3. [`cors`](Self::cors): a preflight has no credentials, so that it has to be
///    answered before anybody asks for them; and a script may read a 401 or a 429
///    only if it has its CORS fields.
/// 4. [`client_address`](Self::client_address): whose request it is, behind the
///    trusted proxies.
/// 5. [`firewall`](Self::firewall): what two readers may read in two ways goes no
///    further, before a path or a credential is read.
/// 6. [`csrf`](Self::csrf): requests that another site makes a browser send.
/// 7. [`rate_limit_by_address`](Self::rate_limit_by_address): before
///    authentication, which costs a signature or a password hash, and which
///    guessing has to go through.
/// 8. [`before_auth`](Self::before_auth): guards of your own that need no
///    principal.
/// 9. [`authenticate`](Self::authenticate): makes the principal.
/// 10. [`rate_limit_by_principal`](Self::rate_limit_by_principal): what an account
///     may use, from whatever address.
/// 11. [`authorize`](Self::authorize): whether the principal may.
/// 12. [`guard`](Self::guard): guards of your own that may rely on all of it.
///
/// Those who rather layer by hand keep the same order, outermost first.
///
/// # Example
///
/// ```
/// use bartizan::{FindClient, Rejection, RequestHead, Stack, TrustedProxies, Verdict, guard_fn};
///
/// let closed = guard_fn(|_: RequestHead<'_>| -> Verdict<()> {
///     Verdict::Reject(Rejection::forbidden("closed", "the gate is closed"))
/// });
/// let layer = Stack::new()
///     .client_address(FindClient::behind(TrustedProxies::none()))
///     .guard(closed)
///     .build();
/// ```
///
/// A wrong order does not compile:
///
/// ```compile_fail,E0277
/// # use bartizan::{FindClient, Rejection, RequestHead, Stack, TrustedProxies, Verdict, guard_fn};
/// # let closed = guard_fn(|_: RequestHead<'_>| -> Verdict<()> {
/// #     Verdict::Reject(Rejection::forbidden("closed", "the gate is closed"))
/// # });
/// let layer = Stack::new()
///     .guard(closed)
///     .client_address(FindClient::behind(TrustedProxies::none()))
///     .build();
/// ```
#[must_use]
pub struct Stack<At = Start, Guards = NoGuards, Client = NoClient, Frame = Bare> {
    guards: Guards,
    frame: Frame,
    observer: Option<Arc<dyn Observer>>,
    at: PhantomData<fn() -> (At, Client)>,
}

impl Stack {
    /// Starts a stack without any step.
    pub fn new() -> Self {
        Self {
            guards: NoGuards,
            frame: Bare,
            observer: None,
            at: PhantomData,
        }
    }
}

impl Default for Stack {
    fn default() -> Self {
        Self::new()
    }
}

impl<At, Guards, Client, Frame> Stack<At, Guards, Client, Frame> {
    /// Gives the decisions of all guards to `observer`, in place of
    /// [`TracingObserver`](bartizan_core::TracingObserver).
    pub fn observed(self, observer: impl Observer) -> Self {
        Self {
            observer: Some(Arc::new(observer)),
            ..self
        }
    }
}

impl<At, Guards, Client, Frame> fmt::Debug for Stack<At, Guards, Client, Frame> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack").finish_non_exhaustive()
    }
}
