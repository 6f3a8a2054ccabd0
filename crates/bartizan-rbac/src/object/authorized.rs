use std::ops::Deref;

/// An object that an [`ObjectPolicy`](crate::ObjectPolicy) has let somebody have.
///
/// Only [`authorize`](crate::ObjectPolicy::authorize) and
/// [`authorize_request`](crate::ObjectPolicy::authorize_request) make one.
#[derive(Debug)]
pub struct Authorized<R>(R);

impl<R> Authorized<R> {
    pub(super) fn new(object: R) -> Self {
        Self(object)
    }

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
