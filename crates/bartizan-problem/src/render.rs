//! Answers, and tells the log what it has answered.

use bartizan_core::{Protocol, Rejection};
use bytes::Bytes;
use http::response::Parts;
use http::{Response, StatusCode};
use http_body::Body;
use tracing::{error, info};

use crate::asked::Asked;
use crate::body::ProblemBody;
use crate::judge::{Judgement, judge};
use crate::layer::Config;
use crate::panic::Panicked;
use crate::problem::Problem;
use crate::write::{strip, write};

pub(crate) const TARGET: &str = "bartizan";

/// Answers with the `response` of the inner service, or with a problem in its place.
pub(crate) fn response<B: Body>(
    config: &Config,
    asked: &Asked,
    response: Response<B>,
) -> Response<ProblemBody<B>> {
    let judgement = judge(config, asked.protocol, &response);
    let (mut head, body) = response.into_parts();
    let body = match judgement {
        Judgement::Leave => {
            tell_of_rejection(asked, &mut head);
            ProblemBody::inner(body)
        }
        Judgement::Mask(problem) => {
            tell_of_fault(asked, head.status);
            write(
                config,
                asked,
                &problem.correlated(asked.id.clone()),
                &mut head,
            )
        }
        Judgement::MaskGrpc(rejection) => {
            tell_of_fault(asked, head.status);
            write_grpc(asked.protocol, rejection, &mut head)
        }
        Judgement::Write(problem) => {
            tell_of_rejection(asked, &mut head);
            write(
                config,
                asked,
                &problem.correlated(asked.id.clone()),
                &mut head,
            )
        }
    };
    finish(config, asked, head, body)
}

/// Answers in place of an inner service that has panicked.
pub(crate) fn panicked<B>(
    config: &Config,
    asked: &Asked,
    panicked: Panicked,
) -> Response<ProblemBody<B>> {
    error!(
        target: TARGET,
        correlation_id = asked.id.as_str(),
        method = asked.method.as_str(),
        path = ?asked.path(),
        reason = %panicked.to_string().escape_debug(),
        "panicked"
    );
    let rejection = panicked.into_rejection();
    let (mut head, ()) = rejection.clone().into_response(asked.protocol).into_parts();
    let body = if asked.protocol == Protocol::Http {
        let problem = Problem::of_rejection(&rejection, config.base());
        write(
            config,
            asked,
            &problem.correlated(asked.id.clone()),
            &mut head,
        )
    } else {
        ProblemBody::details(Bytes::new())
    };
    finish(config, asked, head, body)
}

fn write_grpc<B>(protocol: Protocol, rejection: Rejection, head: &mut Parts) -> ProblemBody<B> {
    let (grpc, ()) = rejection.into_response(protocol).into_parts();
    strip(&mut head.headers, &grpc.headers);
    head.status = grpc.status;
    for (name, value) in &grpc.headers {
        // A field may have several lines, such as the challenges.
        let _ = head.headers.try_append(name.clone(), value.clone());
    }
    head.extensions.extend(grpc.extensions);
    ProblemBody::details(Bytes::new())
}

fn finish<B>(
    config: &Config,
    asked: &Asked,
    mut head: Parts,
    body: ProblemBody<B>,
) -> Response<ProblemBody<B>> {
    let value = asked.id.as_header_value().clone();
    let _ = head.headers.try_insert(config.ids.field.clone(), value);
    Response::from_parts(head, body)
}

/// Ties the id that the client is given to the reason, where that is not in the log yet.
fn tell_of_rejection(asked: &Asked, head: &mut Parts) {
    let rejection = head.extensions.get_mut::<Rejection>();
    if let Some(rejection) = rejection.filter(|rejection| !rejection.is_logged()) {
        info!(
            target: TARGET,
            correlation_id = asked.id.as_str(),
            method = asked.method.as_str(),
            path = ?asked.path(),
            status = rejection.status().as_u16(),
            slug = rejection.slug(),
            "answered"
        );
        *rejection = rejection.clone().logged();
    }
}

fn tell_of_fault(asked: &Asked, status: StatusCode) {
    error!(
        target: TARGET,
        correlation_id = asked.id.as_str(),
        method = asked.method.as_str(),
        path = ?asked.path(),
        status = status.as_u16(),
        "masked"
    );
}
