use std::borrow::Cow;

use super::PathTrick;
use super::scan::{Octet, Scan};

/// Normalises a path for matching, by [`PathRules::strict`].
///
/// # Example
///
/// ```
/// use bartizan_core::{PathTrick, normalize_path};
///
/// assert_eq!(normalize_path("/caf%C3%A9/menu")?, "/café/menu");
/// assert_eq!(normalize_path("/public/%2e%2e/admin"), Err(PathTrick::EncodedDot));
/// # Ok::<(), PathTrick>(())
/// ```
///
/// # Errors
///
/// Returns the first [`PathTrick`] in the path.
pub fn normalize_path(path: &str) -> Result<Cow<'_, str>, PathTrick> {
    PathRules::strict().normalize(path)
}

/// Which spellings of a path are refused, since not everyone reads them alike.
///
/// A path is decided on by one program and looked up by another. What one takes for
/// `/public/..;/admin` the other takes for `/admin`, and the decision was about
/// something else. The strict rules refuse whatever is known to be read in two ways.
/// Dot segments, control characters and what does not decode to UTF-8 are refused
/// always; for the rest there is a door.
///
/// # Example
///
/// ```
/// use bartizan_core::{PathRules, PathTrick};
///
/// let strict = PathRules::strict();
/// assert_eq!(strict.check("/packages/@acme%2Ftool"), Err(PathTrick::EncodedSlash));
///
/// let lax = strict.insecure_allow_encoded_slash();
/// assert_eq!(lax.normalize("/packages/@acme%2ftool")?, "/packages/@acme%2Ftool");
/// # Ok::<(), PathTrick>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[must_use]
pub struct PathRules {
    pub(super) backslash: bool,
    pub(super) double_slash: bool,
    pub(super) encoded_dot: bool,
    pub(super) encoded_percent: bool,
    pub(super) encoded_slash: bool,
    pub(super) parameters: bool,
    pub(super) trailing_dot: bool,
}

impl PathRules {
    /// Refuses every [`PathTrick`].
    pub const fn strict() -> Self {
        Self {
            backslash: false,
            double_slash: false,
            encoded_dot: false,
            encoded_percent: false,
            encoded_slash: false,
            parameters: false,
            trailing_dot: false,
        }
    }

    /// Allows `\` and `%5C`, which some programs take for a slash.
    pub const fn insecure_allow_backslash(mut self) -> Self {
        self.backslash = true;
        self
    }

    /// Allows `//`, which some programs take for one slash, and some for the start of
    /// a host. Normalised, it is one slash.
    pub const fn insecure_allow_double_slash(mut self) -> Self {
        self.double_slash = true;
        self
    }

    /// Allows `%2E`, which hides a file's extension from a rule about it. Dot segments
    /// stay refused however they are written.
    pub const fn insecure_allow_encoded_dot(mut self) -> Self {
        self.encoded_dot = true;
        self
    }

    /// Allows `%25`, with which anything can be hidden from a program that decodes
    /// once in front of one that decodes twice. Normalised, it stays encoded.
    pub const fn insecure_allow_encoded_percent(mut self) -> Self {
        self.encoded_percent = true;
        self
    }

    /// Allows `%2F`, which some programs take for a slash. Normalised, it stays
    /// encoded, and is part of its segment.
    pub const fn insecure_allow_encoded_slash(mut self) -> Self {
        self.encoded_slash = true;
        self
    }

    /// Allows `;` and `%3B`, after which some programs ignore the rest of a segment.
    /// Normalised, that rest is left out.
    pub const fn insecure_allow_path_parameters(mut self) -> Self {
        self.parameters = true;
        self
    }

    /// Allows segments that end in a dot or a space, which some file systems ignore.
    pub const fn insecure_allow_trailing_dots(mut self) -> Self {
        self.trailing_dot = true;
        self
    }

    /// Checks a path as it was sent. It allocates nothing.
    ///
    /// # Errors
    ///
    /// Returns the first [`PathTrick`] that is not allowed.
    #[inline]
    pub fn check(self, path: &str) -> Result<(), PathTrick> {
        if is_plain(path) {
            return Ok(());
        }
        self.scan(path)
    }

    fn scan(self, path: &str) -> Result<(), PathTrick> {
        let mut scan = Scan::new(self, path)?;
        while scan.next()?.is_some() {}
        scan.finish()
    }

    /// Checks a path, and returns it decoded once, or borrowed where there is nothing
    /// to decode.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn normalize(self, path: &str) -> Result<Cow<'_, str>, PathTrick> {
        if is_plain(path) {
            return Ok(Cow::Borrowed(path));
        }
        self.scan(path)?;
        if !path.contains(['%', ';']) && !path.contains("//") {
            return Ok(Cow::Borrowed(path));
        }
        let mut octets = Vec::with_capacity(path.len());
        octets.push(b'/');
        let mut scan = Scan::new(self, path)?;
        while let Some(octet) = scan.next()? {
            match octet {
                Octet::Kept(b'/') if octets.last() == Some(&b'/') => {}
                Octet::Kept(octet) => octets.push(octet),
                Octet::Encoded(escape) => octets.extend_from_slice(escape.as_bytes()),
                Octet::Parameter => {}
            }
        }
        String::from_utf8(octets)
            .map(Cow::Owned)
            .map_err(|_| PathTrick::InvalidUtf8)
    }
}

/// Returns whether a path is made of what has one reading: most are.
fn is_plain(path: &str) -> bool {
    let mut octets = path.bytes();
    if octets.next() != Some(b'/') {
        return false;
    }
    let mut last = b'/';
    for octet in octets {
        let is_plain = match octet {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'~' => true,
            b'/' => !matches!(last, b'/' | b'.'),
            b'.' => last != b'/',
            _ => false,
        };
        if !is_plain {
            return false;
        }
        last = octet;
    }
    last != b'.'
}
