//! Which mount a request goes to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::uri::PathAndQuery;
use http::{Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use serde_json::{Map, Value};
use tower::ServiceExt;

use crate::inner::{self, Body, Inner};

/// Where the calls of the inner services are told.
pub(crate) const CALLS: &str = "/_calls";

/// A layer over an inner service, under a path.
pub(crate) struct Mount {
    path: String,
    service: Inner,
    calls: Arc<AtomicU64>,
}

impl Mount {
    pub(crate) fn new(path: String, service: Inner, calls: Arc<AtomicU64>) -> Self {
        Self {
            path,
            service,
            calls,
        }
    }
}

/// All mounts. Cloning costs one reference count.
#[derive(Clone)]
pub(crate) struct Router {
    mounts: Arc<[Mount]>,
}

impl Router {
    pub(crate) fn new(mut mounts: Vec<Mount>) -> Self {
        // The longest first: `/` takes what the others leave.
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.path.len()));
        Self {
            mounts: mounts.into(),
        }
    }

    pub(crate) async fn answer(&self, mut request: Request<Incoming>) -> Response<Body> {
        if request.uri().path() == CALLS {
            return self.calls(request.method());
        }
        let found = self.mounts.iter().find_map(|mount| {
            let rest = rest(request.uri(), &mount.path)?;
            Some((mount.service.clone(), rest))
        });
        let Some((service, uri)) = found else {
            return inner::status(StatusCode::NOT_FOUND);
        };
        *request.uri_mut() = uri;
        match service.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    fn calls(&self, method: &Method) -> Response<Body> {
        if *method != Method::GET {
            return inner::status(StatusCode::METHOD_NOT_ALLOWED);
        }
        let calls = self.mounts.iter().map(|mount| {
            let calls = mount.calls.load(Ordering::Acquire);
            (mount.path.clone(), Value::from(calls))
        });
        inner::json(StatusCode::OK, &Value::Object(calls.collect::<Map<_, _>>()))
    }
}

/// Takes `prefix` away from the path, where it ends with a segment. What is left is as
/// the client wrote it, tricks and all.
fn rest(uri: &Uri, prefix: &str) -> Option<Uri> {
    if prefix == "/" {
        return Some(uri.clone());
    }
    let target = uri.path_and_query()?.as_str();
    let rest = target.strip_prefix(prefix)?;
    let rest = match rest.bytes().next() {
        Some(b'/') => rest.to_owned(),
        None | Some(b'?') => format!("/{rest}"),
        Some(_) => return None,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(rest).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_whole_segments_away_and_leaves_the_rest_as_it_is() {
        for (uri, expected) in [
            ("/cors/0", Some("/")),
            ("/cors/0/", Some("/")),
            ("/cors/0?a=/b", Some("/?a=/b")),
            ("/cors/0/a/b?c", Some("/a/b?c")),
            ("/cors/0//a/..;/%2e", Some("//a/..;/%2e")),
            ("http://x.test/cors/0/a", Some("http://x.test/a")),
            ("/cors/01", None),
            ("/cors/0;x", None),
            ("/cors", None),
            ("/CORS/0", None),
            ("/a?/cors/0", None),
            ("*", None),
            ("x.test:80", None),
        ] {
            let uri: Uri = uri.parse().unwrap();
            let rest = rest(&uri, "/cors/0").map(|uri| uri.to_string());
            assert_eq!(rest.as_deref(), expected, "{uri}");
        }
    }

    #[test]
    fn the_root_leaves_everything_as_it_is() {
        for uri in ["/", "*", "/a?b", "//", "http://x.test/a"] {
            let uri: Uri = uri.parse().unwrap();
            assert_eq!(rest(&uri, "/"), Some(uri));
        }
    }
}
