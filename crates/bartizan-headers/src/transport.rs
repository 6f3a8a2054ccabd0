use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use bartizan_core::{RequestHead, TrustedProxies, socket_peer};
use http::{Extensions, HeaderMap, HeaderName};

/// Marks a request that came over TLS which this very process has ended.
///
/// What accepts connections inserts it into the extensions of each request of an
/// encrypted one. It must not be inserted on the word of a request: neither its
/// scheme nor its fields say how it came.
///
/// ```
/// use bartizan_headers::SecureTransport;
/// use http::Request;
///
/// let mut request = Request::new(());
/// request.extensions_mut().insert(SecureTransport);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "it has nothing to say but itself"
)]
pub struct SecureTransport;

/// How the guard knows that a request came over secure transport.
///
/// `Strict-Transport-Security` is sent over nothing else ([RFC 6797, section 7.2]).
/// The scheme of the request is never asked: in HTTP/2 it is a field that the client
/// writes (`:scheme`), and in HTTP/1.1 it is only there in the absolute form, which
/// the client chooses as well.
///
/// The default is [`marked`](Self::marked).
///
/// [RFC 6797, section 7.2]: https://www.rfc-editor.org/rfc/rfc6797#section-7.2
#[derive(Clone)]
#[must_use]
pub struct Transport {
    how: How,
    /// None for the one that core knows.
    peer: Option<Peer>,
}

#[derive(Clone)]
enum How {
    Always,
    Behind(TrustedProxies),
    Marked,
    When(Arc<dyn Fn(RequestHead<'_>) -> bool + Send + Sync>),
}

type Peer = Arc<dyn Fn(&Extensions) -> Option<SocketAddr> + Send + Sync>;

impl Transport {
    /// Takes a request for secure that has [`SecureTransport`] among its extensions.
    pub const fn marked() -> Self {
        Self::new(How::Marked)
    }

    /// Takes every request for secure: nothing but TLS leads here.
    ///
    /// For a service that ends TLS on its only port, or that is reached through a
    /// proxy alone which answers plain text by itself.
    pub const fn always() -> Self {
        Self::new(How::Always)
    }

    /// Takes a request for secure when its peer is one of `proxies` and says so by
    /// the one value `https` of `X-Forwarded-Proto`, or when it is
    /// [marked](Self::marked).
    ///
    /// The peer is read by [`socket_peer`]; see [`peer`](Self::peer). The proxies
    /// have to replace the field that a client may have sent. In a list, each value
    /// has to be `https`, and there may be one line of the field only.
    pub fn behind(proxies: TrustedProxies) -> Self {
        Self::new(How::Behind(proxies))
    }

    /// Reads the address of the connection's peer with `peer`, for
    /// [`behind`](Self::behind). Elsewhere, it changes nothing.
    pub fn peer<F>(self, peer: F) -> Self
    where
        F: Fn(&Extensions) -> Option<SocketAddr> + Send + Sync + 'static,
    {
        Self {
            peer: Some(Arc::new(peer)),
            ..self
        }
    }

    /// Takes a request for secure when `is_secure` says so, such as by what the
    /// framework puts among its extensions for a connection over TLS.
    pub fn when<F>(is_secure: F) -> Self
    where
        F: Fn(RequestHead<'_>) -> bool + Send + Sync + 'static,
    {
        Self::new(How::When(Arc::new(is_secure)))
    }

    const fn new(how: How) -> Self {
        Self { how, peer: None }
    }

    pub(crate) fn or_peer_of(self, other: Self) -> Self {
        Self {
            peer: self.peer.or(other.peer),
            ..self
        }
    }

    pub(crate) fn is_secure(&self, head: RequestHead<'_>) -> bool {
        let is_marked = || head.extensions().get::<SecureTransport>().is_some();
        match &self.how {
            How::Always => true,
            How::Behind(proxies) => {
                let is_trusted = || {
                    let peer = match &self.peer {
                        Some(peer) => peer(head.extensions()),
                        None => socket_peer(head.extensions()),
                    };
                    peer.is_some_and(|peer| proxies.trusts(peer.ip()))
                };
                is_marked() || (says_https(head.headers()) && is_trusted())
            }
            How::Marked => is_marked(),
            How::When(is_secure) => is_secure(head),
        }
    }
}

impl Default for Transport {
    fn default() -> Self {
        Self::marked()
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.how {
            How::Always => f.write_str("Always"),
            How::Behind(proxies) => f.debug_tuple("Behind").field(proxies).finish(),
            How::Marked => f.write_str("Marked"),
            How::When(_) => f.write_str("When"),
        }
    }
}

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

fn says_https(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(X_FORWARDED_PROTO).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return false;
    };
    let mut values = line.as_bytes().split(|&byte| byte == b',');
    values.all(|value| value.trim_ascii().eq_ignore_ascii_case(b"https"))
}
