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
    let rejection = extensions.get::<Rejection>();
    if protocol != Protocol::Http {
        // A request that says gRPC is no reason to show the faults of what is not.
        return if is_fault && !is_of_type(response.headers(), "application/grpc") {
            Judgement::MaskGrpc(rejection.cloned().unwrap_or_else(|| fault(status)))
        } else {
            Judgement::Leave
        };
    }

    let is_empty = is_empty(response);
    match rejection.filter(|rejection| !rejection.is_hidden()) {
        // Who left it has written a body for it.
        Some(_) if !is_empty => return Judgement::Leave,
        Some(rejection) if rejection.status() == status => {
            return Judgement::Write(Problem::of_rejection(rejection, config.base()));
        }
        _ => {}
    }
    let own = extensions.get::<Problem>().filter(|p| p.status() == status);
    if !is_fault || config.keeps_own {
        if let Some(own) = own {
            return Judgement::Write(own.clone());
        }
        if is_of_type(response.headers(), PROBLEM_JSON) {
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
