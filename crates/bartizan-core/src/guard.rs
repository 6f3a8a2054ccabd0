use std::fmt;
use std::sync::Arc;

use http::{Request, Response};

use crate::chain::Shadow;
use crate::{BoxFuture, Rejection, RequestHead};

/// Looks at the head of a request, and lets it pass or turns it away.
///
/// A rule of your own is a type with [`check`](Self::check), or a closure given
/// to [`guard_fn`].
///
/// # Example
///
/// ```
/// use bartizan_core::{Guard, Rejection, RequestHead, Verdict};
/// use http::Method;
///
/// #[derive(Debug)]
/// struct ReadOnly;
///
/// impl Guard for ReadOnly {
///     type Pass = ();
///
///     fn check(&self, head: RequestHead<'_>) -> Verdict<()> {
///         if *head.method() == Method::GET {
///             Verdict::Pass(())
///         } else {
///             Verdict::Reject(Rejection::forbidden("read-only", "only GET is allowed"))
///         }
///     }
/// }
/// ```
pub trait Guard: Send + Sync + 'static {
    /// What a passed request carries through the inner service.
    type Pass: Pass;

    /// Returns the name that [`Decision`](crate::Decision)s carry.
    fn name(&self) -> &'static str {
        std::any::type_name::<Self>()
    }

    /// Judges the request with this `head`.
    fn check(&self, head: RequestHead<'_>) -> Verdict<Self::Pass>;

    /// Reports what the guard decides, and enforces nothing.
    ///
    /// Every request goes on, also when the guard fails, and neither it nor its
    /// response is marked. A guard that waits still delays the request.
    #[must_use]
    fn shadow(self) -> Shadow<Self>
    where
        Self: Sized,
    {
        Shadow::new(self)
    }
}

impl<G: Guard + ?Sized> Guard for Arc<G> {
    type Pass = G::Pass;

    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn check(&self, head: RequestHead<'_>) -> Verdict<Self::Pass> {
        (**self).check(head)
    }
}

/// What a passed request carries through the inner service.
pub trait Pass: Send + 'static {
    /// Marks the request before the inner service sees it.
    fn admit<B>(&mut self, request: &mut Request<B>) {
        let _ = request;
    }

    /// Marks the response on its way out, whether it is the inner service's or
    /// the rejection of a guard further in.
    fn seal<B>(self, response: &mut Response<B>)
    where
        Self: Sized,
    {
        let _ = response;
    }

    /// Returns how many fields [`seal`](Self::seal) is likely to add: room for those
    /// of all guards is made at once. It promises nothing, so 0 is never wrong.
    fn fields(&self) -> usize {
        0
    }

    /// Returns why the request passed, such as the rule that let it, for the
    /// [`Decision`](crate::Decision) that the observer receives.
    fn explain(&self) -> Option<&dyn fmt::Display> {
        None
    }
}

impl Pass for () {}

impl<P: Pass> Pass for Option<P> {
    fn admit<B>(&mut self, request: &mut Request<B>) {
        if let Some(pass) = self {
            pass.admit(request);
        }
    }

    fn seal<B>(self, response: &mut Response<B>) {
        if let Some(pass) = self {
            pass.seal(response);
        }
    }

    fn fields(&self) -> usize {
        self.as_ref().map_or(0, Pass::fields)
    }

    fn explain(&self) -> Option<&dyn fmt::Display> {
        self.as_ref().and_then(Pass::explain)
    }
}

/// The pass of two guards: the first admits first, and seals last.
impl<P: Pass, Q: Pass> Pass for (P, Q) {
    fn admit<B>(&mut self, request: &mut Request<B>) {
        self.0.admit(request);
        self.1.admit(request);
    }

    fn seal<B>(self, response: &mut Response<B>) {
        self.1.seal(response);
        self.0.seal(response);
    }

    fn fields(&self) -> usize {
        self.0.fields().saturating_add(self.1.fields())
    }

    fn explain(&self) -> Option<&dyn fmt::Display> {
        self.0.explain().or_else(|| self.1.explain())
    }
}

/// What a [`Guard`] says of a request.
///
/// The variants differ much in size on purpose: boxing a response would cost each
/// CORS preflight an allocation, and a verdict is read where it is made.
#[expect(clippy::exhaustive_enums, reason = "the engine knows these four")]
pub enum Verdict<P> {
    /// The request may go on.
    Pass(P),
    /// The request may not go on.
    Reject(Rejection),
    /// The guard answers by itself, such as a CORS preflight.
    Respond(Response<()>),
    /// The guard must wait, such as for a database or a hash on another thread.
    Wait(BoxFuture<Self>),
}

impl<P> fmt::Debug for Verdict<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass(_) => f.write_str("Pass"),
            Self::Reject(rejection) => f.debug_tuple("Reject").field(rejection).finish(),
            Self::Respond(response) => f.debug_tuple("Respond").field(&response.status()).finish(),
            Self::Wait(_) => f.write_str("Wait"),
        }
    }
}

/// Makes a guard of a closure.
///
/// # Example
///
/// ```
/// use bartizan_core::{Rejection, RequestHead, Verdict, guard_fn};
///
/// let guard = guard_fn(|head: RequestHead<'_>| {
///     if head.headers().contains_key("x-forbidden") {
///         Verdict::Reject(Rejection::forbidden("forbidden-field", "x-forbidden was sent"))
///     } else {
///         Verdict::Pass(())
///     }
/// });
/// # let _ = bartizan_core::GuardLayer::new(guard);
/// ```
pub fn guard_fn<F, P>(check: F) -> GuardFn<F>
where
    F: Fn(RequestHead<'_>) -> Verdict<P> + Send + Sync + 'static,
    P: Pass,
{
    GuardFn {
        check,
        name: "guard_fn",
    }
}

/// A guard made of a closure by [`guard_fn`].
#[derive(Clone, Copy)]
#[must_use]
pub struct GuardFn<F> {
    check: F,
    name: &'static str,
}

impl<F> GuardFn<F> {
    /// Names the guard in its [`Decision`](crate::Decision)s.
    pub fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }
}

impl<F, P> Guard for GuardFn<F>
where
    F: Fn(RequestHead<'_>) -> Verdict<P> + Send + Sync + 'static,
    P: Pass,
{
    type Pass = P;

    fn name(&self) -> &'static str {
        self.name
    }

    #[inline]
    fn check(&self, head: RequestHead<'_>) -> Verdict<P> {
        (self.check)(head)
    }
}

impl<F> fmt::Debug for GuardFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardFn")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
