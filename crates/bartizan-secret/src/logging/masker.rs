use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use aho_corasick::AhoCorasick;

use crate::logging::forms::forms;
use crate::logging::shapes::shapes;
use crate::{MASK, SecretBytes, SecretString};

/// The fewest bytes that a registered secret has: shorter ones would turn up in
/// words that have nothing to do with them.
const MIN_SECRET: usize = 4;

/// Masks secrets in text: those that it was told of, and what looks like one.
///
/// Clones share what is registered, so that a key which is made while the
/// service runs can be added to the writer that logs already go through.
///
/// ```
/// use bartizan_secret::{Masker, SecretString};
///
/// let masker = Masker::new();
/// masker.register(&SecretString::from("hunter2"))?;
///
/// let line = masker.mask(br#"login with hunter2, cookie: "sid=31d4d96e""#);
///
/// assert_eq!(line, br#"login with **********, cookie: "**********""#.as_slice());
/// # Ok::<(), bartizan_secret::UnmaskableSecret>(())
/// ```
#[derive(Clone, Default)]
pub struct Masker {
    known: Arc<RwLock<Known>>,
}

#[derive(Default)]
struct Known {
    patterns: Vec<Vec<u8>>,
    automaton: Option<AhoCorasick>,
}

impl Masker {
    /// Knows no secret yet, only the shapes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Masks this secret from now on: plain, percent-encoded, in base64 (at any
    /// offset), in hexadecimal, as a list of numbers, and escaped as in JSON or
    /// by `Debug`.
    ///
    /// # Errors
    ///
    /// [`UnmaskableSecret`] when the secret, without asterisks at its ends, is
    /// shorter than four bytes or contains the mask.
    pub fn register(&self, secret: &SecretString) -> Result<(), UnmaskableSecret> {
        self.add(secret.expose_secret().as_bytes())
    }

    /// Masks these bytes from now on; see [`Masker::register`].
    ///
    /// # Errors
    ///
    /// As [`Masker::register`].
    pub fn register_bytes(&self, secret: &SecretBytes) -> Result<(), UnmaskableSecret> {
        self.add(secret.expose_secret())
    }

    fn add(&self, secret: &[u8]) -> Result<(), UnmaskableSecret> {
        check(secret)?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let mut patterns = known.patterns.clone();
        // Forms without letters of their own, as of `***a`, are left out.
        patterns.extend(
            forms(secret)
                .iter()
                .filter_map(|form| check(form).ok())
                .map(<[u8]>::to_vec),
        );
        patterns.sort();
        patterns.dedup();
        let automaton = AhoCorasick::new(&patterns).map_err(|_| UnmaskableSecret)?;
        *known = Known {
            patterns,
            automaton: Some(automaton),
        };
        Ok(())
    }

    /// Returns the text with the mask in place of each secret.
    ///
    /// It takes time in proportion to the length of the text.
    #[must_use]
    pub fn mask<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let mut found = shapes(text);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(automaton) = &known.automaton {
            found.extend(
                automaton
                    .find_overlapping_iter(text)
                    .map(|found| found.range()),
            );
        }
        drop(known);
        replace(text, found)
    }

    /// The length of the longest text that is masked for being registered.
    pub(crate) fn longest(&self) -> usize {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.patterns.iter().map(Vec::len).max().unwrap_or(0)
    }
}

/// The part of a secret to look for: the mask in front of it must not make it.
fn check(secret: &[u8]) -> Result<&[u8], UnmaskableSecret> {
    let is_letter = |byte: &u8| *byte != b'*';
    let start = secret.iter().position(is_letter).ok_or(UnmaskableSecret)?;
    let end = secret.iter().rposition(is_letter).ok_or(UnmaskableSecret)?;
    let part = secret.get(start..=end).ok_or(UnmaskableSecret)?;
    let contains_mask = part
        .windows(MASK.len())
        .any(|window| window == MASK.as_bytes());
    if part.len() < MIN_SECRET || contains_mask {
        Err(UnmaskableSecret)
    } else {
        Ok(part)
    }
}

/// Puts one mask in place of each group of ranges that overlap.
fn replace(text: &[u8], mut found: Vec<Range<usize>>) -> Cow<'_, [u8]> {
    found.retain(|range| !range.is_empty());
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    found.sort_unstable_by_key(|range| range.start);
    let mut masked = Vec::with_capacity(text.len());
    let mut end = 0;
    for range in found {
        if range.start >= end {
            masked.extend_from_slice(text.get(end..range.start).unwrap_or_default());
            masked.extend_from_slice(MASK.as_bytes());
        }
        end = end.max(range.end);
    }
    masked.extend_from_slice(text.get(end..).unwrap_or_default());
    Cow::Owned(masked)
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Masker").finish_non_exhaustive()
    }
}

/// A secret that cannot be masked without masking all kinds of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnmaskableSecret;

impl std::error::Error for UnmaskableSecret {}

impl fmt::Display for UnmaskableSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a secret to mask has at least {MIN_SECRET} bytes and not the mask in it"
        )
    }
}
