mod error;
pub(crate) mod host;
mod parts;
mod pattern;
mod punycode;
mod set;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use http::HeaderValue;

pub use self::error::InvalidOrigin;
pub(crate) use self::parts::{MAX_LEN, Parts};
pub use self::pattern::OriginPattern;
pub(crate) use self::set::OriginSet;

/// A web origin, as browsers write it in `Origin` ([RFC 6454, section 6.2]).
///
/// Only the one spelling that a browser sends is read: lower case, canonical
/// addresses, no default port, nothing after it. `null` is none.
///
/// # Example
///
/// ```
/// use bartizan_cors::{InvalidOrigin, Origin};
///
/// let origin: Origin = "https://app.example.com:8443".parse()?;
/// assert_eq!(origin.scheme(), "https");
/// assert_eq!(origin.host(), "app.example.com");
/// assert_eq!(origin.port(), Some(8443));
///
/// assert_eq!("null".parse::<Origin>(), Err(InvalidOrigin::Null));
/// assert_eq!("https://example.com/".parse::<Origin>(), Err(InvalidOrigin::Surplus));
/// # Ok::<(), InvalidOrigin>(())
/// ```
///
/// [RFC 6454, section 6.2]: https://www.rfc-editor.org/rfc/rfc6454#section-6.2
#[derive(Clone, Eq, Hash, PartialEq)]
pub struct Origin {
    // The field itself, so that one that comes with a request is not copied.
    value: HeaderValue,
    scheme: usize,
    host: usize,
    port: Option<u16>,
}

impl Origin {
    /// The longest origin that is read, in bytes.
    pub const MAX_LEN: usize = MAX_LEN;

    /// The longest scheme that is read, in bytes.
    pub const MAX_SCHEME_LEN: usize = parts::MAX_SCHEME;

    /// Keeps a field whose parts are known.
    pub(crate) fn of_field(value: &HeaderValue, parts: Parts<'_>) -> Self {
        Self {
            value: value.clone(),
            scheme: parts.scheme.len(),
            host: parts.host.len(),
            port: parts.port,
        }
    }

    pub(crate) fn parts(&self) -> Result<Parts<'_>, InvalidOrigin> {
        Parts::parse(self.as_str())
    }

    pub(crate) fn into_value(self) -> HeaderValue {
        self.value
    }

    /// Returns the origin as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.value.to_str().unwrap_or_default()
    }

    /// Returns the scheme.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.as_str().get(..self.scheme).unwrap_or_default()
    }

    /// Returns the host, an IPv6 address with its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let start = self.scheme + "://".len();
        let host = self.as_str().get(start..start + self.host);
        host.unwrap_or_default()
    }

    /// Returns the port, unless it is the default one of the scheme.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let parts = Parts::parse(text)?;
        let value = HeaderValue::from_str(text).map_err(|_| InvalidOrigin::Host)?;
        Ok(Self::of_field(&value, parts))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Origin").field(&self.as_str()).finish()
    }
}
