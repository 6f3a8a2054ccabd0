mod check;
mod members;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bartizan_core::Principal;
use serde::Serialize;

use self::check::Checked;
use self::members::Members;
use crate::problem::Problem;

/// The most bytes of an item.
pub(crate) const MAX_BYTES: usize = 16 * 1024;

/// Takes a new item, or says all that is wrong with it.
pub(crate) async fn create(
    Extension(owner): Extension<Principal>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    if !is_json(&headers) {
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        return Err(problem.detail("the content is not application/json"));
    }
    let body = body.map_err(|rejection| Problem::new(rejection.status()))?;
    let item = Checked::of(Members::parse(&body)?).map_err(|flaws| {
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY);
        problem.detail("the item has flaws").errors(flaws)
    })?;

    #[derive(Serialize)]
    struct Created<'a> {
        owner: &'a str,
        #[serde(flatten)]
        item: Checked,
    }
    let owner = owner.subject();
    let created = serde_json::to_string(&Created { owner, item }).unwrap_or_default();
    let fields = [(CONTENT_TYPE, "application/json")];
    Ok((StatusCode::CREATED, fields, created).into_response())
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(content_type), None) = (types.next(), types.next()) else {
        return false;
    };
    let media_type = content_type.as_bytes().split(|&byte| byte == b';').next();
    media_type.is_some_and(|media_type| {
        media_type
            .trim_ascii()
            .eq_ignore_ascii_case(b"application/json")
    })
}
