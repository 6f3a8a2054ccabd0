use http::header::{
    CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{Request, Response, StatusCode};
use percent_encoding::percent_decode_str;

use super::{Body, full};

/// How the answer is to be: fields that begin with `x-answer-`, or parameters of the
/// query that begin with `answer-`.
#[derive(Default)]
pub(super) struct Wishes {
    pub(super) panic: bool,
    status: Option<StatusCode>,
    body: Option<String>,
    fields: Vec<(HeaderName, HeaderValue)>,
}

/// What HTTP itself writes, and keeps messages apart by.
const KEPT: [HeaderName; 6] = [
    CONNECTION,
    CONTENT_LENGTH,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

impl Wishes {
    pub(super) fn of(head: &Request<()>) -> Result<Self, String> {
        let mut wishes = Self::default();
        for (name, value) in head.headers() {
            if let Some(name) = name.as_str().strip_prefix("x-answer-") {
                let value = value.to_str().map_err(|_| wrong(name))?;
                wishes.add(name, value)?;
            }
        }
        for parameter in head.uri().query().unwrap_or_default().split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            if let Some(name) = name.strip_prefix("answer-") {
                let value = percent_decode_str(value).decode_utf8();
                wishes.add(name, &value.map_err(|_| wrong(name))?)?;
            }
        }
        Ok(wishes)
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "panic" => self.panic = true,
            "body" => self.body = Some(value.to_owned()),
            "status" => {
                let status = value
                    .parse()
                    .ok()
                    .filter(|status| (200..600).contains(status));
                let status = status.and_then(|status| StatusCode::from_u16(status).ok());
                self.status = Some(status.ok_or_else(|| wrong(name))?);
            }
            _ => {
                let field = HeaderName::try_from(name).map_err(|_| wrong(name))?;
                if KEPT.contains(&field) {
                    return Err(wrong(name));
                }
                let value = HeaderValue::try_from(value).map_err(|_| wrong(name))?;
                self.fields.push((field, value));
            }
        }
        Ok(())
    }

    pub(super) fn grant(self, response: &mut Response<Body>) {
        if let Some(status) = self.status {
            *response.status_mut() = status;
        }
        if let Some(body) = self.body {
            if body.is_empty() {
                response.headers_mut().remove(CONTENT_TYPE);
            }
            *response.body_mut() = full(body);
        }
        for (name, _) in &self.fields {
            response.headers_mut().remove(name);
        }
        for (name, value) in self.fields {
            response.headers_mut().append(name, value);
        }
    }
}

fn wrong(name: &str) -> String {
    format!("the wish for {name} cannot be granted")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(request: &Request<()>) -> Result<Response<Body>, String> {
        let mut response = Response::new(full("report"));
        response
            .headers_mut()
            .insert("content-type", HeaderValue::from_static("a/b"));
        Wishes::of(request)?.grant(&mut response);
        Ok(response)
    }

    #[test]
    fn grants_what_fields_and_parameters_ask_for() {
        let request = Request::get("/?x&answer-vary=Origin%2C%20Accept&answer-status=503")
            .header("x-answer-vary", "Cookie")
            .header("x-answer-content-type", "text/plain")
            .header("x-answerx", "no")
            .body(())
            .unwrap();
        let response = granted(&request).unwrap();

        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let vary: Vec<_> = response.headers().get_all("vary").iter().collect();
        assert_eq!(vary, ["Cookie", "Origin, Accept"]);
        assert_eq!(response.headers()["content-type"], "text/plain");
        assert_eq!(response.headers().len(), 3);
    }

    #[test]
    fn refuses_what_would_break_the_message() {
        for parameter in [
            "status=199",
            "status=600",
            "status=x",
            "status=",
            "content-length=5",
            "transfer-encoding=chunked",
            "connection=close",
            "a(b=c",
            "=c",
            "x=%0d%0ay",
            "x=%ff",
        ] {
            let request = Request::get(format!("/?answer-{parameter}"))
                .body(())
                .unwrap();
            assert!(granted(&request).is_err(), "{parameter}");
        }
    }
}
