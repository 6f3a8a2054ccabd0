use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

use aho_corasick::AhoCorasick;

use crate::logging::forms::forms;
use crate::logging::shapes::shapes;
use crate::logging::view::{Level, levels, unescaped};
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
    forms: Patterns,
    /// The forms as they are in text without backslashes.
    unescaped: Patterns,
}

#[derive(Default)]
struct Patterns {
    texts: Vec<Vec<u8>>,
    automaton: Option<AhoCorasick>,
    longest: usize,
}

impl Patterns {
    fn with(&self, forms: &[Vec<u8>]) -> Result<Self, UnmaskableSecret> {
        // Forms without letters of their own, as of `***a`, are left out.
        let sure = forms.iter().filter_map(|form| check(form).ok());
        let mut texts = self.texts.clone();
        texts.extend(sure.map(<[u8]>::to_vec));
        texts.sort();
        texts.dedup();
        let automaton = AhoCorasick::new(&texts).map_err(|_| UnmaskableSecret)?;
        Ok(Self {
            longest: texts.iter().map(Vec::len).max().unwrap_or(0),
            automaton: Some(automaton),
            texts,
        })
    }

    fn find(&self, text: &[u8]) -> impl Iterator<Item = Range<usize>> {
        let found = self.automaton.iter();
        found.flat_map(move |automaton| {
            let found = automaton.find_overlapping_iter(text);
            found.map(|found| found.range())
        })
    }
}

impl Known {
    /// The parts of the text that show a secret, and how much of it shows no
    /// beginning of one at its end.
    fn find(&self, text: &[u8]) -> (Vec<Range<usize>>, usize) {
        let mut found: Vec<_> = self.forms.find(text).collect();
        let mut sure = text.len().saturating_sub(self.forms.longest);
        if self.forms.texts.is_empty() {
            return (found, sure);
        }
        for Level { plain, unescaped } in levels(text) {
            for (patterns, view) in [(&self.forms, plain), (&self.unescaped, unescaped)] {
                let parts = patterns.find(view.bytes());
                found.extend(parts.map(|part| view.source(&part)));
                let length = view.bytes().len().saturating_sub(patterns.longest);
                sure = sure.min(view.start(length));
            }
        }
        (found, sure)
    }
}

impl Masker {
    /// Knows no secret yet, only the shapes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Masks this secret from now on: plain, in base64 (at any offset), in
    /// hexadecimal, as a list of numbers, each of them percent-encoded up to three
    /// times, or escaped with backslashes as in JSON or by `Debug`, however often.
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
        let forms = forms(secret);
        let bare: Vec<_> = forms.iter().map(|form| unescaped(form)).collect();
        *known = Known {
            forms: known.forms.with(&forms)?,
            unescaped: known.unescaped.with(&bare)?,
        };
        Ok(())
    }

    /// Returns the text with the mask in place of each secret.
    ///
    /// It takes time in proportion to the length of the text.
    #[must_use]
    pub fn mask<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let (found, _) = self.find(text);
        replace(text, &found)
    }

    /// Masks the beginning of a text that is cut off, so far as no half of a
    /// secret can be seen.
    pub(crate) fn mask_beginning<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let (mut found, sure) = self.find(text);
        let sure = text.get(..sure).unwrap_or_default();
        let end = sure.iter().rposition(u8::is_ascii_whitespace).unwrap_or(0);
        // What begins before the end is masked whole, even if it goes beyond it.
        found.retain(|part| part.start < end);
        replace(text.get(..end).unwrap_or_default(), &found)
    }

    /// The parts to mask, in order, none of which overlaps another, and how much
    /// of the text shows no beginning of a registered secret at its end.
    fn find(&self, text: &[u8]) -> (Vec<Range<usize>>, usize) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let (mut found, sure) = known.find(text);
        drop(known);
        found.extend(shapes(text));
        found.retain(|part| !part.is_empty());
        found.sort_unstable_by_key(|part| part.start);
        found.dedup_by(|next, part| {
            let overlaps = next.start < part.end;
            if overlaps {
                part.end = part.end.max(next.end);
            }
            overlaps
        });
        (found, sure)
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

/// Puts the mask in place of each part.
fn replace<'t>(text: &'t [u8], found: &[Range<usize>]) -> Cow<'t, [u8]> {
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = Vec::with_capacity(text.len());
    let mut end = 0;
    for part in found {
        masked.extend_from_slice(text.get(end..part.start).unwrap_or_default());
        masked.extend_from_slice(MASK.as_bytes());
        end = part.end;
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
