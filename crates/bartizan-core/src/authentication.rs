use std::time::SystemTime;

/// How, and when, a principal proved who they are.
///
/// A scheme that knows adds it to the [`Principal`](crate::Principal) as an
/// [attribute](crate::Principal::attribute). A policy that demands a recent or a
/// strong login reads it ([RFC 9470]); what is not known is not recent and not strong.
///
/// # Example
///
/// ```
/// use std::time::SystemTime;
///
/// use bartizan_core::{Authentication, Principal};
///
/// let login = Authentication::new().at(SystemTime::UNIX_EPOCH).method("pwd").method("otp");
/// let alice = Principal::builder("alice").attribute(login).build();
///
/// let login = alice.attribute::<Authentication>();
/// assert!(login.is_some_and(|login| login.has_method("otp")));
/// ```
///
/// [RFC 9470]: https://www.rfc-editor.org/rfc/rfc9470
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[must_use]
pub struct Authentication {
    time: Option<SystemTime>,
    context_class: Option<String>,
    methods: Vec<String>,
}

impl Authentication {
    /// Creates one of which nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says when the principal was last asked to prove who they are (`auth_time`).
    pub fn at(self, time: SystemTime) -> Self {
        Self {
            time: Some(time),
            ..self
        }
    }

    /// Names the class of rules that the proof met (`acr`).
    pub fn in_context_class(self, class: impl Into<String>) -> Self {
        Self {
            context_class: Some(class.into()),
            ..self
        }
    }

    /// Adds a method of the proof, such as `pwd`, `otp` or `hwk` ([RFC 8176]).
    ///
    /// [RFC 8176]: https://www.rfc-editor.org/rfc/rfc8176#section-2
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.methods.push(method.into());
        self
    }

    /// Returns when the principal was last asked to prove who they are.
    #[must_use]
    pub fn time(&self) -> Option<SystemTime> {
        self.time
    }

    /// Returns the class of rules that the proof met.
    #[must_use]
    pub fn context_class(&self) -> Option<&str> {
        self.context_class.as_deref()
    }

    /// Returns the methods of the proof.
    #[must_use]
    pub fn methods(&self) -> &[String] {
        &self.methods
    }

    /// Returns whether `method` was part of the proof.
    #[must_use]
    pub fn has_method(&self, method: &str) -> bool {
        self.methods.iter().any(|used| used == method)
    }
}
