//! What is to be done about a response.

use bartizan_core::{Protocol, Rejection};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body::Body;

use crate::layer::Config;
use crate::panic::fault;
use crate::problem::{PROBLEM_JSON, Problem};

/// What is to be done about a response.
#[derive(Debug)]
pub(crate) enum Judgement {
    /// It is left as it is.
    Leave,
    /// It is replaced by what gRPC has for a fault.
    MaskGrpc(Rejection),
    /// It is a fault of the application that is replaced by a problem which does not
    /// say more.
    Mask(Problem),
    /// It is a problem that has no body yet, or one that is written anew.
    Write(Problem),
}

pub(crate) fn judge<B: Body>(
    config: &Config,
    protocol: Protocol,
    response: &Response<B>,
) -> Judgement {
    let status = response.status();
    let is_fault = status.is_server_error();
    if !is_fault && !status.is_client_error() {
        return Judgement::Leave;
    }
    let extensions = response.extensions();
    // One with another status is not what this response is about.
    let rejection = extensions
        .get::<Rejection>()
        .filter(|rejection| !rejection.is_hidden() && rejection.status() == status);
    match protocol {
        Protocol::Http => {}
        _ if is_of_type(response.headers(), "application/grpc") => return Judgement::Leave,
        // A request that says gRPC is no reason to show the faults of what is not.
        _ if is_fault => {
            let rejection = rejection.cloned().unwrap_or_else(|| fault(status));
            return Judgement::MaskGrpc(rejection);
        }
        Protocol::Grpc => return Judgement::Leave,
        // A client of gRPC-Web reads the status of HTTP, and a 404 is to be one and the
        // same whatever its request says.
        _ => {}
    }

    let is_empty = is_empty(response);
    match rejection {
        // Who left it has written a body for it.
        Some(_) if !is_empty => return Judgement::Leave,
        Some(rejection) => {
            return Judgement::Write(Problem::of_rejection(rejection, config.base()));
        }
        None => {}
    }
    if !is_fault || config.keeps_own {
        let is_json = is_of_type(response.headers(), PROBLEM_JSON);
        let own = extensions.get::<Problem>();
        if let Some(own) = own.filter(|own| is_json || own.status() == status) {
            return Judgement::Write(own.clone().with_status(status));
        }
        if is_json {
            return Judgement::Leave;
        }
    }
    if is_fault {
        Judgement::Mask(masked(config, status))
    } else if is_empty && config.fills_empty {
        Judgement::Write(Problem::new(status))
    } else {
        Judgement::Leave
    }
}

/// A panic and any other fault with the same status look the same.
fn masked(config: &Config, status: StatusCode) -> Problem {
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        Problem::of_rejection(&fault(status), config.base())
    } else {
        Problem::new(status)
    }
}

/// Returns whether the response has no content. That of a HEAD request may describe
/// one all the same.
fn is_empty<B: Body>(response: &Response<B>) -> bool {
    let headers = response.headers();
    let announces = headers
        .get(CONTENT_LENGTH)
        .is_some_and(|length| length != "0");
    response.body().is_end_stream() && !announces && !headers.contains_key(CONTENT_TYPE)
}

/// Returns whether the content is of the media type, or of one that begins so and
/// goes on with `+` or `-`.
fn is_of_type(headers: &HeaderMap, media_type: &str) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let parts = content_type.and_then(|value| value.split_at_checked(media_type.len()));
    parts.is_some_and(|(start, rest)| {
        let ends = matches!(rest.first(), None | Some(b'+' | b'-' | b';' | b' ' | b'\t'));
        ends && start.eq_ignore_ascii_case(media_type.as_bytes())
    })
}
