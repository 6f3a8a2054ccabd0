use bartizan_core::Rejection;
use http::header::{HeaderValue, VARY};

/// Why a request is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    Method,
    Origin,
    RequestHeader,
}

impl Denial {
    /// Makes a 403 of it, which says nothing of what would have been allowed.
    #[cold]
    pub(crate) fn into_rejection(self, vary: Option<&HeaderValue>) -> Rejection {
        let (slug, detail) = match self {
            Self::Method => ("cors-method", "the method is not allowed to other origins"),
            Self::Origin => ("cors-origin", "the origin is not allowed"),
            Self::RequestHeader => {
                let detail = "a request header is not allowed to other origins";
                ("cors-request-header", detail)
            }
        };
        let rejection = Rejection::forbidden(slug, detail);
        match vary {
            Some(vary) => rejection.field(VARY, vary.clone()),
            None => rejection,
        }
    }
}
