use std::fmt;

use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{MASK, Masked};

/// A value of any type that is masked wherever it is shown and wiped when it is
/// dropped.
///
/// `==` exists for values that are bytes, and takes the same time wherever the
/// first difference lies. Moving a value that lies wholly on the stack, such as
/// an array, may leave a copy there: [`Secret::init`] makes it in place.
///
/// ```
/// use bartizan_secret::Secret;
///
/// let seed = Secret::init(|seed: &mut [u8; 32]| seed.fill(7));
///
/// assert_eq!(format!("{seed:?}"), "**********");
/// assert_eq!(seed.expose_secret(), &[7; 32]);
/// ```
pub struct Secret<T>(SecretBox<Wiping<T>>);

/// A value with how it is wiped and shown. Functions instead of a trait bound:
/// `Zeroize` cannot be implemented for types of other crates, such as `Url`.
#[derive(Clone)]
struct Wiping<T> {
    value: T,
    wipe: fn(&mut T),
    show: Show<T>,
}

pub(crate) type Show<T> = fn(&T, &mut fmt::Formatter<'_>) -> fmt::Result;

impl<T: Zeroize> Secret<T> {
    /// Takes a value in; it is moved, not copied.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self::with(value, T::zeroize, |_, f| f.write_str(MASK))
    }

    /// Makes the value in the place where it will stay.
    #[must_use]
    pub fn init(fill: impl FnOnce(&mut T)) -> Self
    where
        T: Default,
    {
        let mut secret = Self::new(T::default());
        fill(&mut secret.0.expose_secret_mut().value);
        secret
    }
}

impl<T> Secret<T> {
    pub(crate) fn with(value: T, wipe: fn(&mut T), show: Show<T>) -> Self {
        Self(SecretBox::new(Box::new(Wiping { value, wipe, show })))
    }

    /// Returns the value itself.
    #[must_use]
    pub fn expose_secret(&self) -> &T {
        &self.0.expose_secret().value
    }

    /// Returns another secret, made of this one; see
    /// [`SecretString::map`](crate::SecretString::map).
    pub fn map<U: Masked>(&self, make: impl FnOnce(&T) -> U) -> U {
        make(self.expose_secret())
    }
}

impl From<String> for Secret<String> {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl<T> From<Vec<T>> for Secret<Vec<T>>
where
    Vec<T>: Zeroize,
{
    fn from(value: Vec<T>) -> Self {
        Self::new(value)
    }
}

impl<T, const N: usize> From<[T; N]> for Secret<[T; N]>
where
    [T; N]: Zeroize,
{
    fn from(value: [T; N]) -> Self {
        Self::new(value)
    }
}

impl<T: Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(SecretBox::new(Box::new(self.0.expose_secret().clone())))
    }
}

impl<T: AsRef<[u8]>> PartialEq for Secret<T> {
    fn eq(&self, other: &Self) -> bool {
        self.expose_secret()
            .as_ref()
            .ct_eq(other.expose_secret().as_ref())
            .into()
    }
}

impl<T: AsRef<[u8]>> Eq for Secret<T> {}

impl<T> ZeroizeOnDrop for Secret<T> {}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.0.expose_secret();
        (inner.show)(&inner.value, f)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<T> Zeroize for Wiping<T> {
    fn zeroize(&mut self) {
        (self.wipe)(&mut self.value);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::SecretString;

    #[derive(Clone)]
    struct Recording(Arc<AtomicUsize>);

    impl Zeroize for Recording {
        fn zeroize(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn is_wiped_when_dropped_and_so_is_each_clone() {
        let wiped = Arc::new(AtomicUsize::new(0));
        let secret = Secret::new(Recording(Arc::clone(&wiped)));
        let clone = secret.clone();
        assert_eq!(wiped.load(Ordering::SeqCst), 0);

        drop(secret);
        assert_eq!(wiped.load(Ordering::SeqCst), 1);

        drop(clone);
        assert_eq!(wiped.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn is_wiped_when_a_panic_unwinds() {
        let wiped = Arc::new(AtomicUsize::new(0));
        let secret = Secret::new(Recording(Arc::clone(&wiped)));

        let unwound = std::panic::catch_unwind(move || {
            let _held = secret.map(CloneSecret::clone_secret);
            std::panic::resume_unwind(Box::new(()));
        });

        assert!(unwound.is_err());
        assert_eq!(wiped.load(Ordering::SeqCst), 2);
    }

    trait CloneSecret: Sized {
        fn clone_secret(&self) -> Secret<Self>;
    }

    impl CloneSecret for Recording {
        fn clone_secret(&self) -> Secret<Self> {
            Secret::new(self.clone())
        }
    }

    #[test]
    fn shows_the_mask_and_nothing_else() {
        let secret = Secret::new(vec![String::from("a"), String::from("b")]);

        assert_eq!(format!("{secret}{secret:?}{secret:#?}"), MASK.repeat(3));
    }

    #[test]
    fn compares_by_content() {
        assert!(Secret::new([1, 2, 3]) == Secret::new([1, 2, 3]));
        assert!(Secret::new([1, 2, 3]) != Secret::new([1, 2, 4]));
        assert!(Secret::new(vec![1_u8]) != Secret::new(vec![1_u8, 1]));
    }

    #[test]
    fn what_is_made_of_a_secret_is_a_secret() {
        let port = Secret::new(5432_u16);
        let text = port.map(|port| SecretString::from(port.to_string()));

        assert_eq!(text.to_string(), MASK);
        assert_eq!(text.expose_secret(), "5432");
    }
}
