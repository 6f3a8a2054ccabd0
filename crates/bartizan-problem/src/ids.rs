use std::fmt;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bartizan_core::{TrustedProxies, socket_peer};
use http::{Extensions, HeaderName, Request};

use crate::panic::Panicked;
use crate::{CorrelationId, InvalidProblem, random};

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

/// Parts of the names of fields that carry credentials, and of one by which an event
/// stream is taken up again.
const NOT_IDS: [&str; 10] = [
    "account", "auth", "cookie", "event", "key", "secret", "sess", "sid", "token", "user",
];

impl Ids {
    /// Finds or makes the id of a request, and puts it into its field and its
    /// extensions. A field that is not believed is thereby replaced.
    ///
    /// The id that a layer further out has given is kept: what the client is told has
    /// to lead to one and the same place in the log.
    pub(crate) fn mark<B>(&self, request: &mut Request<B>) -> CorrelationId {
        let marked = request.extensions().get().cloned();
        let id = marked
            .or_else(|| self.given(request))
            .unwrap_or_else(random::random);
        let value = id.as_header_value().clone();
        // A map that is full has a field less; the extension is there all the same.
        let _ = request.headers_mut().try_insert(self.field.clone(), value);
        request.extensions_mut().insert(id.clone());
        id
    }

    /// Sets the field, unless it is one that must not be logged and sent back, or one
    /// that HTTP itself needs.
    pub(crate) fn set_field(&mut self, name: HeaderName) -> Result<(), InvalidProblem> {
        let text = name.as_str();
        let is_id = text.ends_with("-id") && !NOT_IDS.iter().any(|part| text.contains(part));
        if !is_id {
            return Err(InvalidProblem::IdField(text.to_owned()));
        }
        self.field = name;
        Ok(())
    }

    fn given<B>(&self, request: &Request<B>) -> Option<CorrelationId> {
        let is_trusted = || match &self.trusted {
            Trusted::Anyone => true,
            Trusted::Nobody => false,
            Trusted::Proxies(proxies) => {
                // The user's own: whose peer cannot be told is not believed.
                let peer = || (self.peer)(request.extensions());
                let peer = catch_unwind(AssertUnwindSafe(peer)).unwrap_or_else(|payload| {
                    let _ = Panicked::of(payload);
                    None
                });
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
