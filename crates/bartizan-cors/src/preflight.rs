use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, VARY,
};
use http::{Response, StatusCode};

use crate::denial::Denial;
use crate::names;
use crate::request_headers::{Names, are_well_formed};

/// What preflights are told.
pub(crate) struct Terms {
    pub(crate) any_origin: bool,
    pub(crate) credentials: bool,
    pub(crate) any_method: bool,
    pub(crate) methods: Vec<String>,
    pub(crate) any_request_header: bool,
    pub(crate) request_headers: Vec<String>,
    pub(crate) max_age: Option<i64>,
    pub(crate) vary: HeaderValue,
}

/// The answers to preflights, written out: a map is copied faster than filled.
#[derive(Debug)]
pub(crate) struct Answers {
    safelisted: Answer,
    methods: Vec<(HeaderValue, Answer)>,
    any_method: Option<Answer>,
    headers: RequestHeaders,
    credentials: bool,
}

/// To a preflight that asks for no header, and to one that asks for some.
#[derive(Debug)]
struct Answer {
    bare: HeaderMap,
    with_headers: HeaderMap,
}

#[derive(Debug)]
enum RequestHeaders {
    Any,
    /// Any, where `*` would be taken for a name.
    Echoed,
    Listed(Names),
}

impl Answers {
    pub(crate) fn new(terms: &Terms) -> Self {
        let answer = |method: Option<&HeaderValue>| Answer::new(terms, method);
        let star = HeaderValue::from_static("*");
        let methods = terms.methods.iter();
        let methods = methods.filter_map(|method| method_value(method));
        Self {
            safelisted: answer(None),
            methods: methods.map(|m| (m.clone(), answer(Some(&m)))).collect(),
            any_method: terms.any_method.then(|| answer(Some(&star))),
            headers: match (terms.any_request_header, terms.credentials) {
                (true, true) => RequestHeaders::Echoed,
                (true, false) => RequestHeaders::Any,
                (false, _) => RequestHeaders::Listed(Names::new(&terms.request_headers)),
            },
            credentials: terms.credentials,
        }
    }

    /// Judges method and headers. The answer still lacks the origin, where that is
    /// not `*`.
    pub(crate) fn judge(&self, asked: &HeaderMap) -> Result<Response<()>, Denial> {
        let mut methods = asked.get_all(ACCESS_CONTROL_REQUEST_METHOD).iter();
        let (Some(method), None) = (methods.next(), methods.next()) else {
            return Err(Denial::Method);
        };
        let (answer, is_any) = self.find(method).ok_or(Denial::Method)?;
        let lines = asked.get_all(ACCESS_CONTROL_REQUEST_HEADERS);
        let lines = || lines.iter();
        let mut headers = if lines().next().is_none() {
            answer.bare.clone()
        } else {
            match &self.headers {
                RequestHeaders::Any => answer.with_headers.clone(),
                RequestHeaders::Listed(names) if names.allow(lines()) => {
                    answer.with_headers.clone()
                }
                RequestHeaders::Echoed if are_well_formed(lines) => {
                    let mut headers = answer.bare.clone();
                    for line in lines() {
                        headers.append(ACCESS_CONTROL_ALLOW_HEADERS, line.clone());
                    }
                    headers
                }
                RequestHeaders::Echoed | RequestHeaders::Listed(_) => {
                    return Err(Denial::RequestHeader);
                }
            }
        };
        if is_any
            && self.credentials
            && let Some(allowed) = headers.get_mut(ACCESS_CONTROL_ALLOW_METHODS)
        {
            // `*` would be taken for a name.
            *allowed = method.clone();
        }
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::NO_CONTENT;
        *response.headers_mut() = headers;
        Ok(response)
    }

    /// Finds the answer for a method, and says whether it is the one for any.
    fn find(&self, method: &HeaderValue) -> Option<(&Answer, bool)> {
        let name = method.as_bytes();
        let mut safelisted = names::SAFELISTED_METHODS.iter();
        if safelisted.any(|safelisted| safelisted.as_bytes() == name) {
            return Some((&self.safelisted, false));
        }
        let mut methods = self.methods.iter();
        if let Some((_, answer)) = methods.find(|(listed, _)| listed == method) {
            return Some((answer, false));
        }
        let is_method = names::is_token(name) && !names::is_forbidden_method(name);
        let any = self.any_method.as_ref().filter(|_| is_method);
        any.map(|answer| (answer, true))
    }
}

/// Writes a method as a value. What is static is copied for less than what is not.
fn method_value(method: &str) -> Option<HeaderValue> {
    const USUAL: [&str; 3] = ["DELETE", "PATCH", "PUT"];
    match USUAL.into_iter().find(|usual| *usual == method) {
        Some(usual) => Some(HeaderValue::from_static(usual)),
        None => HeaderValue::from_str(method).ok(),
    }
}

/// Writes the origin into an answer that lacks it.
pub(crate) fn set_origin(response: &mut Response<()>, origin: HeaderValue) {
    if let Some(value) = response.headers_mut().get_mut(ACCESS_CONTROL_ALLOW_ORIGIN) {
        *value = origin;
    }
}

impl Answer {
    fn new(terms: &Terms, method: Option<&HeaderValue>) -> Self {
        let mut bare = HeaderMap::new();
        // For all but `*` it keeps the place, so that nothing grows when it is set.
        let origin = if terms.any_origin { "*" } else { "" };
        let origin = HeaderValue::from_static(origin);
        bare.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if terms.credentials {
            let value = HeaderValue::from_static("true");
            bare.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, value);
        }
        if let Some(method) = method {
            bare.insert(ACCESS_CONTROL_ALLOW_METHODS, method.clone());
        }
        if let Some(seconds) = terms.max_age {
            bare.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(seconds));
        }
        bare.insert(VARY, terms.vary.clone());
        let mut with_headers = bare.clone();
        let names = match (terms.any_request_header, terms.request_headers.as_slice()) {
            (true, names) if names.iter().any(|name| name == "authorization") => {
                Some("*,authorization".to_owned())
            }
            (true, _) => Some("*".to_owned()),
            (false, []) => None,
            (false, names) => Some(names.join(",")),
        };
        if let Some(names) = names.and_then(|names| HeaderValue::try_from(names).ok()) {
            with_headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        Self { bare, with_headers }
    }
}
