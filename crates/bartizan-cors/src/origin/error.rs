use std::error::Error;
use std::fmt;

/// Why a text is no origin, or no pattern of origins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidOrigin {
    /// The port is the default one of the scheme, which browsers leave out.
    DefaultPort,
    /// The host is neither a domain name, nor an address, in the form that browsers
    /// give it.
    Host,
    /// There is no `scheme://host`.
    Malformed,
    /// It is `null`, which is shared by every sandboxed document there is.
    Null,
    /// The port is not a number from 1 to 65535 without leading zeros.
    Port,
    /// The scheme is not one, is `file`, or is longer than
    /// [`Origin::MAX_SCHEME_LEN`](crate::Origin::MAX_SCHEME_LEN).
    Scheme,
    /// Something follows, or user information precedes: a path (also `/` alone), a
    /// query, a fragment, credentials.
    Surplus,
    /// It is longer than [`Origin::MAX_LEN`](crate::Origin::MAX_LEN).
    TooLong,
    /// `*` stands elsewhere than alone, as the whole first label of a domain name, or
    /// as the port.
    Wildcard,
}

impl Error for InvalidOrigin {}

impl fmt::Display for InvalidOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DefaultPort => "the port is the scheme's default, which browsers leave out",
            Self::Host => "the host is not in the form that browsers send",
            Self::Malformed => "an origin is scheme://host or scheme://host:port",
            Self::Null => "null is no origin that can be trusted",
            Self::Port => "the port is not a number from 1 to 65535",
            Self::Scheme => "the scheme is invalid or has no origins",
            Self::Surplus => "an origin has no user information, path, query or fragment",
            Self::TooLong => "no origin is that long",
            Self::Wildcard => "an asterisk stands only for the first labels or the port",
        })
    }
}
