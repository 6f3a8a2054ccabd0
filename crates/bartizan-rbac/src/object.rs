use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use bartizan_core::{Principal, Rejection};

use crate::denied::Reason;
use crate::{Denied, Policy, RoleHierarchy};

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

enum Term<R> {
    All(Vec<Self>),
    Any(Vec<Self>),
    Policy(Policy),
    Relation(Arc<str>, Arc<RelationFn<R>>),
}

type RelationFn<R> = dyn Fn(&Principal, &R) -> bool + Send + Sync;

/// Asks how a principal and an object are related.
///
/// `name` is what logs call it. A subject is unique for its issuer alone: where there
/// are several issuers, compare both.
pub fn relation<R, F>(name: impl Into<Arc<str>>, test: F) -> ObjectPolicy<R>
where
    F: Fn(&Principal, &R) -> bool + Send + Sync + 'static,
{
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
    /// ([RFC 9110, section 15.5.4]).
    ///
    /// [RFC 9110, section 15.5.4]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4
    pub fn hide_as_not_found(self) -> Self {
        Self {
            is_hidden: true,
            ..self
        }
    }

    /// Returns whether `principal` may, for lists that leave out what is not for them.
    ///
    /// As with [`Policy::holds`], there is no request here, and nobody to wait.
    #[must_use]
    pub fn holds(&self, principal: &Principal, object: &R, hierarchy: &RoleHierarchy) -> bool {
        self.term.holds(principal, object, hierarchy)
    }

    /// Returns the object when `principal` may.
    ///
    /// # Errors
    ///
    /// Returns a 403 otherwise, or what looks like a 404, with a [`Denied`] as its
    /// source.
    pub fn authorize(
        &self,
        principal: &Principal,
        object: R,
        hierarchy: &RoleHierarchy,
    ) -> Result<Authorized<R>, Rejection> {
        if self.holds(principal, &object, hierarchy) {
            return Ok(Authorized(object));
        }
        let reason = Reason::Object(self.to_string());
        let rejection = Rejection::forbidden("not-permitted", "the request is not permitted")
            .caused_by(Denied::new(None, reason));
        Err(if self.is_hidden {
            rejection.hide_as_not_found()
        } else {
            rejection
        })
    }

    fn join(self, other: Self, term: fn(Vec<Term<R>>) -> Term<R>) -> Self {
        Self {
            term: term(vec![self.term, other.term]),
            is_hidden: self.is_hidden || other.is_hidden,
        }
    }
}

impl<R> Term<R> {
    fn holds(&self, principal: &Principal, object: &R, hierarchy: &RoleHierarchy) -> bool {
        let holds = |term: &Self| term.holds(principal, object, hierarchy);
        match self {
            Self::All(terms) => terms.iter().all(holds),
            Self::Any(terms) => terms.iter().any(holds),
            Self::Policy(policy) => policy.holds(principal, hierarchy),
            Self::Relation(_, test) => test(principal, object),
        }
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

impl<R> fmt::Display for Term<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (terms, word) = match self {
            Self::All(terms) => (terms, " and "),
            Self::Any(terms) => (terms, " or "),
            Self::Policy(policy) => return write!(f, "({policy})"),
            Self::Relation(name, _) => return write!(f, "relation {name:?}"),
        };
        for (index, term) in terms.iter().enumerate() {
            let word = if index == 0 { "" } else { word };
            match term {
                Self::All(_) | Self::Any(_) => write!(f, "{word}({term})")?,
                Self::Policy(_) | Self::Relation(..) => write!(f, "{word}{term}")?,
            }
        }
        Ok(())
    }
}

/// An object that an [`ObjectPolicy`] has let somebody have.
///
/// Only [`ObjectPolicy::authorize`] makes one.
#[derive(Debug)]
pub struct Authorized<R>(R);

impl<R> Authorized<R> {
    /// Returns the object.
    #[must_use]
    pub fn into_inner(self) -> R {
        self.0
    }
}

impl<R> Deref for Authorized<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.0
    }
}
