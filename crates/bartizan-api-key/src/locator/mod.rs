mod cookie;
mod query;
mod taken;

use std::error::Error;
use std::fmt;

use bartizan_core::{RequestHead, credentials};
use http::header::{self, HeaderName};
use http::{HeaderMap, Uri};

/// The name of the scheme in an `Authorization` field.
const SCHEME: &str = "ApiKey";

/// A place in a request where a key may be.
///
/// ```
/// use bartizan_api_key::Locator;
/// use http::HeaderName;
///
/// let header = Locator::header(HeaderName::from_static("x-acme-key"))?;
/// let cookie = Locator::cookie("acme_key")?;
/// assert!(Locator::cookie("no good").is_err());
/// # Ok::<(), bartizan_api_key::InvalidLocator>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Locator(Place);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Place {
    Authorization,
    Cookie(Box<str>),
    Header(HeaderName),
    Query(Box<str>),
}

impl Locator {
    /// Looks for `Authorization: ApiKey ...`; the name of the scheme is read in any
    /// letter case.
    #[must_use]
    pub const fn authorization() -> Self {
        Self(Place::Authorization)
    }

    /// Looks in the header field called `name`.
    ///
    /// # Errors
    ///
    /// [`InvalidLocator::Header`] for a field that carries something else, since it
    /// would be taken from requests together with the key.
    pub fn header(name: HeaderName) -> Result<Self, InvalidLocator> {
        if taken::is_taken(name.as_str()) {
            Err(InvalidLocator::Header)
        } else {
            Ok(Self(Place::Header(name)))
        }
    }

    /// Looks in the cookie called `name`.
    ///
    /// A browser sends cookies with requests that another site has caused: this needs
    /// a guard against them.
    ///
    /// # Errors
    ///
    /// [`InvalidLocator::Cookie`] when `name` is not a token ([RFC 6265, section
    /// 4.1.1]).
    ///
    /// [RFC 6265, section 4.1.1]: https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1
    pub fn cookie(name: &str) -> Result<Self, InvalidLocator> {
        let is_tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if !name.is_empty() && name.bytes().all(is_tchar) {
            Ok(Self(Place::Cookie(name.into())))
        } else {
            Err(InvalidLocator::Cookie)
        }
    }

    /// Looks in the parameter of the query called `name`.
    ///
    /// What is lost: URLs are written to logs, histories and `Referer` fields by
    /// everything that a request passes before it comes here, keys in them as well
    /// ([ASVS 14.2.1]). What lies further in does not see the key in the URL; nor, with
    /// the feature `axum` of `bartizan-core`, in the `OriginalUri` that axum's router
    /// keeps. Without that feature, or where something else has kept a copy of the URL,
    /// it does. A `Referer` field goes on as it is: a page that was itself opened with a
    /// key in its URL sends the key there with what it asks for next, to other sites as
    /// well unless its `Referrer-Policy` forbids it.
    ///
    /// # Errors
    ///
    /// [`InvalidLocator::Query`] unless `name` is made of letters, digits, dashes,
    /// dots and underscores.
    ///
    /// [ASVS 14.2.1]: https://github.com/OWASP/ASVS/tree/v5.0.0
    pub fn insecure_query(name: &str) -> Result<Self, InvalidLocator> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
        if !name.is_empty() && name.bytes().all(is_plain) {
            Ok(Self(Place::Query(name.into())))
        } else {
            Err(InvalidLocator::Query)
        }
    }

    /// Finds what is presented in this place, well-formed or not.
    pub(crate) fn find<'a>(&self, head: RequestHead<'a>) -> Result<Option<&'a [u8]>, Malformed> {
        match &self.0 {
            Place::Authorization => match credentials(head, SCHEME) {
                Ok(presented) => Ok(presented.map(str::as_bytes)),
                Err(failure) => Err(Malformed(failure.detail())),
            },
            Place::Cookie(name) => single(cookie::values(head.headers(), name)),
            Place::Header(name) => {
                let values = head.headers().get_all(name).iter();
                single(values.map(http::HeaderValue::as_bytes))
            }
            Place::Query(name) => single(query::values(head.uri(), name)),
        }
    }

    /// Returns the field that carries nothing but the key.
    pub(crate) fn field(&self) -> Option<HeaderName> {
        match &self.0 {
            Place::Authorization => Some(header::AUTHORIZATION),
            Place::Header(name) => Some(name.clone()),
            Place::Cookie(_) | Place::Query(_) => None,
        }
    }

    /// Takes the key out of a place that it shares with something else.
    pub(crate) fn strip(&self, uri: &mut Uri, headers: &mut HeaderMap) {
        match &self.0 {
            Place::Authorization | Place::Header(_) => {}
            Place::Cookie(name) => cookie::strip(headers, name),
            Place::Query(name) => query::strip(uri, name),
        }
    }
}

/// `X-API-Key`.
impl Default for Locator {
    fn default() -> Self {
        Self(Place::Header(HeaderName::from_static("x-api-key")))
    }
}

/// The request presents keys in a way that two readers may take differently.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Malformed(pub(crate) &'static str);

fn single<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> Result<Option<&'a [u8]>, Malformed> {
    let first = values.next();
    match values.next() {
        Some(_) => Err(Malformed("the request has more than one API key")),
        None => Ok(first),
    }
}

/// A place that a key cannot be looked for in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidLocator {
    /// The name of the cookie is not a token.
    Cookie,
    /// The header field carries something else.
    Header,
    /// There is no place, or one is given twice.
    Places,
    /// The name of the parameter has other characters than letters, digits, dashes,
    /// dots and underscores.
    Query,
}

impl Error for InvalidLocator {}

impl fmt::Display for InvalidLocator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cookie => "name of the cookie is not a token",
            Self::Header => "header field carries something else than a key",
            Self::Places => "no place to look for keys, or one given twice",
            Self::Query => {
                "name of the query's parameter is not made of letters, digits, dashes, dots and \
                 underscores"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        for name in ["key", "__Host-key", "a.b"] {
            assert!(Locator::cookie(name).is_ok(), "{name}");
            assert!(Locator::insecure_query(name).is_ok(), "{name}");
        }
        for name in ["", "a b", "a=b", "a;b", "a,b", "a\"b", "\u{e9}"] {
            assert_eq!(Locator::cookie(name), Err(InvalidLocator::Cookie), "{name}");
            let query = Locator::insecure_query(name);
            assert_eq!(query, Err(InvalidLocator::Query), "{name}");
        }
    }
}
