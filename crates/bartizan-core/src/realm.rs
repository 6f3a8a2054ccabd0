use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// The name of a protection space, shown to users by some clients
/// ([RFC 9110, section 11.5]).
///
/// Printable ASCII, since clients do not agree on anything else. The default is
/// `api`.
///
/// [RFC 9110, section 11.5]: https://www.rfc-editor.org/rfc/rfc9110#section-11.5
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Realm(Cow<'static, str>);

impl Realm {
    /// Parses a realm.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidRealm`] when `realm` holds anything but printable ASCII.
    pub fn parse(realm: impl Into<Cow<'static, str>>) -> Result<Self, InvalidRealm> {
        let realm = realm.into();
        match realm.chars().position(|c| !matches!(c, ' '..='~')) {
            Some(at) => Err(InvalidRealm { at }),
            None => Ok(Self(realm)),
        }
    }

    /// Returns the text, neither quoted nor escaped.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Realm {
    fn default() -> Self {
        Self(Cow::Borrowed("api"))
    }
}

impl FromStr for Realm {
    type Err = InvalidRealm;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::parse(s.to_owned())
    }
}

impl TryFrom<&str> for Realm {
    type Error = InvalidRealm;

    fn try_from(s: &str) -> Result<Self, Self::Error> {
        s.parse()
    }
}

/// The text given for a [`Realm`] was not printable ASCII.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidRealm {
    at: usize,
}

impl Error for InvalidRealm {}

impl fmt::Display for InvalidRealm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "realm has something other than printable ASCII at character {}",
            self.at
        )
    }
}
