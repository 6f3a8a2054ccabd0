use http::header::ALLOW;
use http::{HeaderValue, Method, StatusCode, Uri, Version};

use super::fields::inspect;
use super::host::Host;
use super::{RefusedRequest, RequestFirewall};
use crate::{Rejection, RequestHead};

impl RequestFirewall {
    pub(super) fn judge(&self, head: RequestHead<'_>) -> Result<(), RefusedRequest> {
        if !self.methods.contains(head.method()) {
            return Err(RefusedRequest::MethodNotAllowed);
        }
        self.judge_target(head.method(), head.uri())?;
        let field = inspect(
            head.headers(),
            head.version(),
            self.bounds,
            self.allows_overrides,
        )?;
        self.judge_host(head.uri(), head.version(), field)
    }

    fn judge_target(&self, method: &Method, uri: &Uri) -> Result<(), RefusedRequest> {
        if uri.scheme().is_some() && !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(RefusedRequest::TargetForm);
        }
        if uri.path() == "*" {
            return match *method {
                Method::OPTIONS => Ok(()),
                _ => Err(RefusedRequest::TargetForm),
            };
        }
        // The form of `CONNECT`: a host alone.
        if uri.path().is_empty() || (uri.authority().is_some() && uri.scheme().is_none()) {
            return Err(RefusedRequest::TargetForm);
        }
        if uri.path().len() > self.max_path {
            return Err(RefusedRequest::PathTooLong);
        }
        self.paths.check(uri.path())?;
        match uri.query() {
            Some(query) if query.len() > self.max_query => Err(RefusedRequest::QueryTooLong),
            Some(query) if query.contains("%00") => Err(RefusedRequest::NulInQuery),
            _ => Ok(()),
        }
    }

    fn judge_host(
        &self,
        uri: &Uri,
        version: Version,
        field: Option<&HeaderValue>,
    ) -> Result<(), RefusedRequest> {
        let parse = |text| Host::parse(text).ok_or(RefusedRequest::InvalidHost);
        let target = uri.authority().map(|target| parse(target.as_str()));
        let field = field.map(|field| parse(field.to_str().unwrap_or_default()));
        let host = match (target.transpose()?, field.transpose()?) {
            // RFC 9112, section 3.2.2 has the target count; whoever reads `Host` would
            // not know.
            (Some(target), Some(field)) => {
                let port = match uri.scheme_str() {
                    Some("http") => Some(80),
                    Some("https") => Some(443),
                    _ => None,
                };
                if !target.is(field, port) {
                    return Err(RefusedRequest::ConflictingHosts);
                }
                target
            }
            // RFC 9112, section 3.2: `Host` is there also beside an absolute target.
            (Some(_), None) if version == Version::HTTP_11 && !self.allows_missing_host => {
                return Err(RefusedRequest::MissingHost);
            }
            (Some(host), None) | (None, Some(host)) => host,
            (None, None) if self.allows_missing_host => return Ok(()),
            (None, None) => return Err(RefusedRequest::MissingHost),
        };
        match &self.hosts {
            Some(hosts) if !hosts.has(host) => Err(RefusedRequest::UnlistedHost),
            _ => Ok(()),
        }
    }

    #[cold]
    pub(super) fn refuse(&self, refused: RefusedRequest) -> Rejection {
        use RefusedRequest as Refused;
        let (status, slug, detail) = match refused {
            Refused::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "the method is not allowed",
            ),
            Refused::PathTooLong | Refused::QueryTooLong => (
                StatusCode::URI_TOO_LONG,
                "target-too-long",
                "the target of the request is too long",
            ),
            Refused::FieldsTooLarge | Refused::TooManyFields => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "fields-too-large",
                "the header fields of the request are too large",
            ),
            Refused::UnlistedHost => (
                StatusCode::MISDIRECTED_REQUEST,
                "misdirected-request",
                "the request is for another host",
            ),
            _ => (
                StatusCode::BAD_REQUEST,
                "malformed-request",
                "the request is malformed",
            ),
        };
        let rejection = Rejection::new(status, slug, detail).caused_by(refused);
        match refused {
            Refused::MethodNotAllowed => rejection.field(ALLOW, self.allow.clone()),
            _ => rejection,
        }
    }
}
