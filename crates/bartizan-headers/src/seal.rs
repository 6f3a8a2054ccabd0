use std::sync::Arc;

use bartizan_core::Pass;
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, EXPIRES, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

/// The fields to add, made once.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    pub(crate) fields: Vec<(HeaderName, HeaderValue)>,
    pub(crate) hsts: Option<HeaderValue>,
    pub(crate) removed: Vec<HeaderName>,
}

/// What a request that passed [`SecurityHeaders`](crate::SecurityHeaders) carries:
/// the headers for its response.
#[derive(Debug)]
pub struct Seal {
    profile: Arc<Profile>,
    is_secure: bool,
}

impl Seal {
    #[inline]
    pub(crate) fn new(profile: Arc<Profile>, is_secure: bool) -> Self {
        Self { profile, is_secure }
    }
}

impl Pass for Seal {
    #[inline]
    fn fields(&self) -> usize {
        self.profile.fields.len().saturating_add(1)
    }

    fn seal<B>(self, response: &mut Response<B>) {
        let status = response.status();
        let headers = response.headers_mut();
        remove(headers, &self.profile.removed);
        // A 304 updates what caches already hold (RFC 9111, section 4.3.4): it must not
        // replace what the response that it stands for was sent with, its policy and
        // how it may be cached.
        let fields: &[_] = if status == StatusCode::NOT_MODIFIED {
            &[]
        } else {
            &self.profile.fields
        };
        // Grown at once and not field by field; a map that is full stays as it is.
        let count = fields.len().saturating_add(1);
        if headers.try_reserve(count).is_err() {
            return;
        }

        let is_grpc = is_grpc(headers);
        let says_how_to_cache = says_how_to_cache(headers);
        for (name, value) in fields {
            let is_caching = *name == CACHE_CONTROL;
            let is_left_out = (is_caching && says_how_to_cache)
                || (is_grpc && !is_caching && *name != X_CONTENT_TYPE_OPTIONS);
            if !is_left_out {
                add(headers, name.clone(), value);
            }
        }
        if let Some(hsts) = self.profile.hsts.as_ref()
            && self.is_secure
            && !is_grpc
        {
            add(headers, STRICT_TRANSPORT_SECURITY, hsts);
        }
    }
}

/// Takes fields away, and leaves the others in their order, unlike `HeaderMap::remove`:
/// by their order, a client could tell the 404 of a service that says who it is from
/// that of a guard that hides something.
fn remove(headers: &mut HeaderMap, names: &[HeaderName]) {
    if !names.iter().any(|name| headers.contains_key(name)) {
        return;
    }
    let mut kept = HeaderMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| !names.contains(name)) {
        // There are no more of them than there were.
        let _ = kept.try_append(name.clone(), value.clone());
    }
    *headers = kept;
}

/// Adds a field unless the handler has set it.
fn add(headers: &mut HeaderMap, name: HeaderName, value: &HeaderValue) {
    if let Ok(entry) = headers.try_entry(name) {
        entry.or_insert_with(|| value.clone());
    }
}

/// Returns whether the handler has said how to cache the response.
fn says_how_to_cache(headers: &HeaderMap) -> bool {
    headers.contains_key(CACHE_CONTROL) || headers.contains_key(EXPIRES)
}

/// Tells gRPC by the response: what a client wrote into its request must not take
/// headers off a page.
fn is_grpc(headers: &HeaderMap) -> bool {
    const GRPC: &[u8] = b"application/grpc";
    let Some(content_type) = headers.get(CONTENT_TYPE) else {
        return false;
    };
    let parts = content_type.as_bytes().split_at_checked(GRPC.len());
    parts.is_some_and(|(start, rest)| {
        start.eq_ignore_ascii_case(GRPC) && matches!(rest.first(), None | Some(b'+' | b';' | b'-'))
    })
}
