use std::error::Error;
use std::fmt;
use std::sync::Arc;

use bartizan_core::{BoxError, Principal, Reply, RequestHead};

/// Another program, or a library, that decides: OPA, Cedar, `OpenFGA`, a table in
/// a database.
///
/// A policy asks it with [`consult`](crate::consult). It is asked only when the
/// request is not refused whatever it says, and then together with all other sources of
/// the policy. It is to bound its own time: a guard waits for as long as it takes.
///
/// # Example
///
/// ```
/// use bartizan_core::{BoxError, Reply};
/// use bartizan_rbac::{PolicySource, Question, Ruling, consult, require};
///
/// #[derive(Debug)]
/// struct OfficeHours(fn() -> u32);
///
/// impl PolicySource for OfficeHours {
///     fn name(&self) -> &str {
///         "office hours"
///     }
///
///     fn decide(&self, question: &Question<'_>) -> Reply<Result<Ruling, BoxError>> {
///         let open = (9..17).contains(&(self.0)()) || question.principal.has_role("night watch");
///         Reply::Ready(Ok(if open { Ruling::Permit } else { Ruling::Forbid }))
///     }
/// }
///
/// let guard = require(consult(OfficeHours(|| 12), "enter"));
/// # let _ = guard;
/// ```
pub trait PolicySource: Send + Sync + 'static {
    /// Returns the name that logs have.
    fn name(&self) -> &str;

    /// Decides on a question. An error is a failure, and answered 503: it neither
    /// permits nor denies.
    fn decide(&self, question: &Question<'_>) -> Reply<Result<Ruling, BoxError>>;
}

impl<S: PolicySource + ?Sized> PolicySource for Arc<S> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn decide(&self, question: &Question<'_>) -> Reply<Result<Ruling, BoxError>> {
        (**self).decide(question)
    }
}

/// What a [`PolicySource`] is asked.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Question<'a> {
    /// Who wants to.
    pub principal: &'a Principal,
    /// What for, as it was given to [`consult`](crate::consult).
    pub action: &'a str,
    /// The head of the request, which names the resource.
    pub head: RequestHead<'a>,
    /// The rule of the table that asks, where one does.
    pub rule: Option<&'a str>,
}

/// What a [`PolicySource`] says.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a fourth would have no meaning")]
pub enum Ruling {
    /// It does not permit; something else in the policy may.
    Deny,
    /// It forbids, whatever else the policy says.
    Forbid,
    /// It permits.
    Permit,
}

/// A [`PolicySource`] could not decide, or another part of an
/// [`ObjectPolicy`](crate::ObjectPolicy). The source of a 503, for logs alone.
#[derive(Debug)]
pub struct PolicyUnavailable {
    name: String,
    cause: BoxError,
}

impl PolicyUnavailable {
    pub(crate) fn new(name: &str, cause: BoxError) -> Self {
        Self {
            name: name.to_owned(),
            cause,
        }
    }

    /// Returns the name of the source, or what the part is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Error for PolicyUnavailable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}

impl fmt::Display for PolicyUnavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "policy source {:?} cannot decide", self.name)
    }
}
