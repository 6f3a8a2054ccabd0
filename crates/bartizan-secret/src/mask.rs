use std::fmt;

use crate::{Secret, SecretBytes, SecretString};

/// What stands for a secret wherever it is shown: the same ten asterisks for
/// every secret, so that not even its length is told.
pub const MASK: &str = "**********";

/// A type that hides what it holds: [`SecretString`], [`SecretBytes`] and
/// [`Secret`].
///
/// The `map` methods return only such types, so that what is computed from a
/// secret stays one. The trait is sealed.
pub trait Masked: fmt::Debug + fmt::Display + sealed::Sealed {}

impl Masked for SecretString {}
impl Masked for SecretBytes {}
impl<T> Masked for Secret<T> {}

mod sealed {
    use crate::{Secret, SecretBytes, SecretString};

    #[expect(
        unnameable_types,
        reason = "a sealed trait is one that cannot be named"
    )]
    pub trait Sealed {}

    impl Sealed for SecretString {}
    impl Sealed for SecretBytes {}
    impl<T> Sealed for Secret<T> {}
}
