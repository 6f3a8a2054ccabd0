use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bartizan_core::{Authentication, Clock, Principal, RequestHead};

use super::{Asked, Truth};
use crate::PolicySource;

/// A part that is made of no others.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Leaf {
    Acr(String),
    Amr(String),
    Consult(Consult),
    /// In seconds.
    MaxAge(u64),
    Permission(String),
    Role(String),
    Scope(String),
    Test(Test),
}

impl Leaf {
    /// Says what is known without asking another program.
    pub(super) fn test(&self, asked: &Asked<'_>) -> Truth {
        let principal = asked.principal;
        let login = || principal.attribute::<Authentication>();
        match self {
            Self::Acr(class) => {
                Truth::of(login().and_then(Authentication::context_class) == Some(class))
            }
            Self::Amr(method) => Truth::of(login().is_some_and(|login| login.has_method(method))),
            Self::Consult(_) => Truth::Unknown,
            Self::MaxAge(age) => Truth::of(
                login()
                    .is_some_and(|login| is_recent(login, Duration::from_secs(*age), asked.clock)),
            ),
            Self::Permission(name) => Truth::of(asked.hierarchy.permits(principal, name)),
            Self::Role(name) => Truth::of(asked.hierarchy.holds(principal, name)),
            Self::Scope(name) => Truth::of(principal.has_scope(name)),
            Self::Test(test) => (test.0.test)(principal, asked.head),
        }
    }
}

/// How far the clock of who saw the login may be ahead.
const LEEWAY: Duration = Duration::from_secs(60);

fn is_recent(login: &Authentication, age: Duration, clock: &dyn Clock) -> bool {
    let now = clock.now();
    login
        .time()
        .is_some_and(|time| match now.duration_since(time) {
            Ok(elapsed) => elapsed <= age,
            Err(ahead) => ahead.duration() <= LEEWAY,
        })
}

/// A test with a name. Equal to its clones alone.
#[derive(Clone)]
pub(crate) struct Test(Arc<Named>);

struct Named {
    kind: &'static str,
    name: String,
    test: Box<TestFn>,
}

type TestFn = dyn Fn(&Principal, Option<RequestHead<'_>>) -> Truth + Send + Sync;

impl Test {
    pub(crate) fn new<F>(kind: &'static str, name: impl Into<String>, test: F) -> Self
    where
        F: Fn(&Principal, Option<RequestHead<'_>>) -> Truth + Send + Sync + 'static,
    {
        Self(Arc::new(Named {
            kind,
            name: name.into(),
            test: Box::new(test),
        }))
    }

    pub(super) fn kind(&self) -> &'static str {
        self.0.kind
    }

    pub(super) fn name(&self) -> &str {
        &self.0.name
    }
}

impl Eq for Test {}

impl PartialEq for Test {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(self.0.kind).field(&self.0.name).finish()
    }
}

/// A question to another program. Equal to its clones alone.
#[derive(Clone)]
pub(crate) struct Consult {
    pub(crate) source: Arc<dyn PolicySource>,
    pub(crate) action: Arc<str>,
}

impl Consult {
    pub(super) fn new(source: Arc<dyn PolicySource>, action: String) -> Self {
        Self {
            source,
            action: action.into(),
        }
    }
}

impl Eq for Consult {}

impl PartialEq for Consult {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.source, &other.source) && self.action == other.action
    }
}

impl fmt::Debug for Consult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consult")
            .field("source", &self.source.name())
            .field("action", &self.action)
            .finish()
    }
}
