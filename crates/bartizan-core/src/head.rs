use std::fmt;

use http::request::Parts;
use http::{Extensions, HeaderMap, Method, Request, Uri, Version};

/// The head of a request: everything but the body, borrowed.
///
/// `Debug` leaves out header values, the query and the extensions, since any of
/// them may hold a secret.
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    method: &'a Method,
    uri: &'a Uri,
    version: Version,
    headers: &'a HeaderMap,
    extensions: &'a Extensions,
}

impl<'a> RequestHead<'a> {
    /// Borrows the head of `request`.
    #[must_use]
    pub fn of<B>(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            version: request.version(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }

    /// Returns the method.
    #[must_use]
    pub const fn method(self) -> &'a Method {
        self.method
    }

    /// Returns the request target.
    #[must_use]
    pub const fn uri(self) -> &'a Uri {
        self.uri
    }

    /// Returns the version of HTTP.
    #[must_use]
    pub const fn version(self) -> Version {
        self.version
    }

    /// Returns the header fields.
    #[must_use]
    pub const fn headers(self) -> &'a HeaderMap {
        self.headers
    }

    /// Returns what outer layers and guards have left: the principal, the
    /// client's address, the connection's.
    #[must_use]
    pub const fn extensions(self) -> &'a Extensions {
        self.extensions
    }
}

impl<'a> From<&'a Parts> for RequestHead<'a> {
    fn from(parts: &'a Parts) -> Self {
        Self {
            method: &parts.method,
            uri: &parts.uri,
            version: parts.version,
            headers: &parts.headers,
            extensions: &parts.extensions,
        }
    }
}

impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", self.method)
            .field("path", &self.uri.path())
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
