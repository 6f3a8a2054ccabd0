mod authorized;
mod term;

use std::fmt;
use std::sync::Arc;

use bartizan_core::{BoxError, Principal, Rejection, RequestHead};

pub use self::authorized::Authorized;
use self::term::{Asking, Term};
use crate::denied::Reason;
use crate::policy::Truth;
use crate::{Denied, Policy, PolicyUnavailable, RoleHierarchy};

/// Who may do something with one object, once it is loaded.
///
/// A guard sees which kind of thing a request is about, and not whose it is; a handler
/// that loads what it is asked for and forgets to look serves everyone's data to
/// everyone (OWASP API1:2023). A function that takes an [`Authorized`] object cannot
/// be called before somebody has looked.
///
/// # Example
///
/// ```
/// use bartizan_core::Principal;
/// use bartizan_rbac::{Authorized, RoleHierarchy, relation, role};
///
/// #[derive(Debug)]
/// struct Note {
///     owner: String,
///     text: String,
/// }
///
/// fn show(note: &Authorized<Note>) -> &str {
///     &note.text
/// }
///
/// let roles = RoleHierarchy::default();
/// let may_read = relation("owner", |who: &Principal, note: &Note| who.subject() == note.owner)
///     .or(role("auditor"))
///     .hide_as_not_found();
///
/// let note = || Note { owner: "alice".to_owned(), text: "buy milk".to_owned() };
/// let alice = Principal::builder("alice").build();
/// let note_of_alice = may_read.authorize(&alice, note(), &roles)?;
/// assert_eq!(show(&note_of_alice), "buy milk");
///
/// let mallory = Principal::builder("mallory").build();
/// assert!(may_read.authorize(&mallory, note(), &roles).unwrap_err().is_hidden());
/// # Ok::<(), bartizan_core::Rejection>(())
/// ```
#[must_use]
pub struct ObjectPolicy<R> {
    term: Term<R>,
    is_hidden: bool,
}

/// Asks how a principal and an object are related.
///
/// `name` is what logs call it. A subject is unique for its issuer alone: where there
/// are several issuers, compare both.
pub fn relation<R, F>(name: impl Into<Arc<str>>, test: F) -> ObjectPolicy<R>
where
    F: Fn(&Principal, &R) -> bool + Send + Sync + 'static,
{
    try_relation(name, move |principal, object| {
        Ok::<_, BoxError>(test(principal, object))
    })
}

/// Asks how a principal and an object are related, as [`relation`] does, where it may
/// be impossible to say.
///
/// An error is a failure, and answered 503 unless the rest of the policy settles the
/// question: it neither permits nor denies.
pub fn try_relation<R, F, E>(name: impl Into<Arc<str>>, test: F) -> ObjectPolicy<R>
where
    F: Fn(&Principal, &R) -> Result<bool, E> + Send + Sync + 'static,
    E: Into<BoxError>,
{
    let test = move |principal: &Principal, object: &R| test(principal, object).map_err(E::into);
    ObjectPolicy {
        term: Term::Relation(name.into(), Arc::new(test)),
        is_hidden: false,
    }
}

impl<R> ObjectPolicy<R> {
    /// Asks for this or `other`. One that hides makes both hide.
    pub fn or(self, other: impl Into<Self>) -> Self {
        self.join(other.into(), Term::Any)
    }

    /// Asks for this and `other`. One that hides makes both hide.
    pub fn and(self, other: impl Into<Self>) -> Self {
        self.join(other.into(), Term::All)
    }

    /// Answers as if there were no such object, to whom it is not for
    /// ([RFC 9110, section 15.5.5]): 404, or `NOT_FOUND` over gRPC.
    ///
    /// The handler is to answer in the same way where there is none; see
    /// [`Rejection::hide_as_missing_object`].
    ///
    /// [RFC 9110, section 15.5.5]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.5
    pub fn hide_as_not_found(self) -> Self {
        Self {
            is_hidden: true,
            ..self
        }
    }

    /// Returns whether `principal` may, for lists that leave out what is not for them.
    ///
    /// It is `false` also where that is not known; [`check`](Self::check) tells.
    #[must_use]
    pub fn holds(&self, principal: &Principal, object: &R, hierarchy: &RoleHierarchy) -> bool {
        let found = self.term.test(&Asking::new(principal, object, hierarchy));
        matches!(found, (Truth::Yes, _))
    }

    /// Returns whether `principal` may.
    ///
    /// # Errors
    ///
    /// Returns a 503 where that is not known: a [`try_relation`] failed, or a
    /// [`custom`](crate::custom) or [`consult`](crate::consult) part would decide, which
    /// are about requests. [`authorize_request`](Self::authorize_request) asks these.
    pub fn check(
        &self,
        principal: &Principal,
        object: &R,
        hierarchy: &RoleHierarchy,
    ) -> Result<bool, Rejection> {
        let asking = Asking::new(principal, object, hierarchy);
        match self.term.test(&asking) {
            (Truth::Yes, _) => Ok(true),
            (Truth::No, _) => Ok(false),
            (Truth::Unknown, cause) => Err(unavailable(cause)),
        }
    }

    /// Returns the object when `principal` may.
    ///
    /// # Errors
    ///
    /// Returns a 403 otherwise, or what looks like a 404, with a [`Denied`] as its
    /// source; and a 503 as [`check`](Self::check) does.
    pub fn authorize(
        &self,
        principal: &Principal,
        object: R,
        hierarchy: &RoleHierarchy,
    ) -> Result<Authorized<R>, Rejection> {
        if self.check(principal, &object, hierarchy)? {
            Ok(Authorized::new(object))
        } else {
            Err(self.denied())
        }
    }

    /// Returns the object when `principal` may, and asks what is about the request with
    /// this `head`, too: [`custom`](crate::custom) and [`consult`](crate::consult) parts,
    /// as a guard asks them.
    ///
    /// # Errors
    ///
    /// Returns a 403 otherwise, or what looks like a 404, with a [`Denied`] as its
    /// source; and a 503 where a [`try_relation`] or a
    /// [`PolicySource`](crate::PolicySource) failed.
    pub async fn authorize_request(
        &self,
        principal: &Principal,
        object: R,
        hierarchy: &RoleHierarchy,
        head: RequestHead<'_>,
    ) -> Result<Authorized<R>, Rejection> {
        let (answer, failure) = {
            let asking = Asking::new(principal, &object, hierarchy);
            self.term.ask(&asking, head)
        };
        let decided = match answer {
            Ok(waiting) => waiting.await,
            Err(decided) => decided,
        };
        match decided {
            Ok(()) => Ok(Authorized::new(object)),
            Err(rejection) if rejection.is_failure() => {
                Err(failure.map_or(rejection, |failure| unavailable(Some(failure))))
            }
            Err(_) => Err(self.denied()),
        }
    }

    fn denied(&self) -> Rejection {
        let reason = Reason::Object(self.to_string());
        let rejection = Rejection::forbidden("not-permitted", "the request is not permitted")
            .caused_by(Denied::new(None, reason));
        if self.is_hidden {
            rejection.hide_as_missing_object()
        } else {
            rejection
        }
    }

    fn join(self, other: Self, term: fn(Vec<Term<R>>) -> Term<R>) -> Self {
        Self {
            term: term(vec![self.term, other.term]),
            is_hidden: self.is_hidden || other.is_hidden,
        }
    }
}

/// A failure of ours is no denial, and hides nothing.
fn unavailable(cause: Option<PolicyUnavailable>) -> Rejection {
    match cause {
        Some(cause) => Rejection::unavailable("policy-unavailable", cause),
        None => Rejection::unavailable("policy-unavailable", "a part of the policy is not known"),
    }
}

impl<R> From<Policy> for ObjectPolicy<R> {
    fn from(policy: Policy) -> Self {
        Self {
            term: Term::Policy(policy),
            is_hidden: false,
        }
    }
}

impl<R> fmt::Display for ObjectPolicy<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.term.fmt(f)
    }
}

impl<R> fmt::Debug for ObjectPolicy<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectPolicy({self})")
    }
}
