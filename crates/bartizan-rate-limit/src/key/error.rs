use std::error::Error;
use std::fmt;

use bartizan_core::Rejection;

/// Why a [`Key`](super::Key) could not be made of a request.
///
/// The request is refused: a limit that is skipped for whoever hides from it is
/// none. [`Key::or`](super::Key::or) names another key for such requests.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeyError {
    /// Nobody is authenticated: 403.
    Anonymous,
    /// What the key is made of cannot be understood, such as a field that was sent
    /// twice: 400. No other key takes its place.
    Malformed(&'static str),
    /// What the key is made of was not sent: 400.
    Missing(&'static str),
    /// What the key is made of should have been there, whatever the client sent,
    /// such as its address: 503.
    Unavailable(&'static str),
}

impl KeyError {
    pub(crate) fn into_rejection(self) -> Rejection {
        match self {
            Self::Anonymous => {
                let detail = "the limit is for users who are authenticated";
                Rejection::forbidden("rate-limit-anonymous", detail)
            }
            Self::Malformed(detail) => Rejection::bad_request("rate-limit-key-malformed", detail),
            Self::Missing(detail) => Rejection::bad_request("rate-limit-key-missing", detail),
            Self::Unavailable(_) => Rejection::unavailable("rate-limit-unavailable", self),
        }
    }

    /// Whether another key may take its place.
    pub(crate) const fn is_absence(self) -> bool {
        !matches!(self, Self::Malformed(_))
    }
}

impl Error for KeyError {}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "nobody is authenticated",
            Self::Malformed(what) | Self::Missing(what) | Self::Unavailable(what) => what,
        })
    }
}
