use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use bartizan_core::{TrustedProxies, socket_peer};
use http::{Extensions, HeaderName, Request};

use crate::CorrelationId;

/// Where correlation ids come from, and in which field.
#[derive(Clone)]
pub(crate) struct Ids {
    pub(crate) field: HeaderName,
    pub(crate) trusted: Trusted,
    pub(crate) peer: Peer,
}

/// Reads the address of the connection's peer from a request's extensions.
type Peer = Arc<dyn Fn(&Extensions) -> Option<SocketAddr> + Send + Sync>;

/// Whose ids are taken over.
#[derive(Clone, Debug)]
pub(crate) enum Trusted {
    Anyone,
    Nobody,
    Proxies(TrustedProxies),
}

impl Ids {
    /// Finds or makes the id of a request, and puts it into its field and its
    /// extensions. A field that is not believed is thereby replaced.
    pub(crate) fn mark<B>(&self, request: &mut Request<B>) -> CorrelationId {
        let id = self.given(request).unwrap_or_else(CorrelationId::random);
        let value = id.as_header_value().clone();
        // A map that is full has a field less; the extension is there all the same.
        let _ = request.headers_mut().try_insert(self.field.clone(), value);
        request.extensions_mut().insert(id.clone());
        id
    }

    fn given<B>(&self, request: &Request<B>) -> Option<CorrelationId> {
        let is_trusted = || match &self.trusted {
            Trusted::Anyone => true,
            Trusted::Nobody => false,
            Trusted::Proxies(proxies) => {
                let peer = (self.peer)(request.extensions());
                peer.is_some_and(|peer| proxies.trusts(peer.ip()))
            }
        };
        let mut lines = request.headers().get_all(&self.field).iter();
        match (lines.next(), lines.next()) {
            (Some(line), None) if is_trusted() => CorrelationId::parse(line),
            _ => None,
        }
    }
}

impl Default for Ids {
    fn default() -> Self {
        Self {
            field: HeaderName::from_static("x-request-id"),
            trusted: Trusted::Nobody,
            peer: Arc::new(socket_peer),
        }
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ids")
            .field("field", &self.field)
            .field("trusted", &self.trusted)
            .finish_non_exhaustive()
    }
}
