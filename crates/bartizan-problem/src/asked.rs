use bartizan_core::{Protocol, RequestHead};
use http::{Method, Request, Uri};

use crate::CorrelationId;
use crate::accept::Accepts;

/// What is kept of a request until its response is there.
pub(crate) struct Asked {
    pub(crate) accepts: Accepts,
    pub(crate) id: CorrelationId,
    pub(crate) method: Method,
    pub(crate) protocol: Protocol,
    uri: Uri,
}

/// The most characters of a path in the log: a client chooses how long it is.
const MAX_PATH: usize = 512;

impl Asked {
    pub(crate) fn of<B>(request: &Request<B>, id: CorrelationId) -> Self {
        Self {
            accepts: Accepts::of(request.headers()),
            id,
            method: request.method().clone(),
            protocol: Protocol::of(RequestHead::of(request)),
            uri: request.uri().clone(),
        }
    }

    /// Returns the path for the log, without its query and cut to a bound.
    pub(crate) fn path(&self) -> &str {
        beginning(self.uri.path())
    }
}

pub(crate) fn beginning(path: &str) -> &str {
    let end = path.char_indices().nth(MAX_PATH);
    end.and_then(|(end, _)| path.get(..end)).unwrap_or(path)
}
