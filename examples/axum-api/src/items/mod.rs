mod check;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan::Principal;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use self::check::Checked;
use crate::json;
use crate::problem::Refused;

/// The most bytes of an item.
pub(crate) const MAX_BYTES: usize = 16 * 1024;

/// An item, with whose it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Item {
    owner: String,
    #[serde(flatten)]
    item: Checked,
}

/// Takes a new item, or says all that is wrong with it.
#[utoipa::path(
    post,
    path = crate::paths::ITEMS,
    tag = "items",
    request_body = Checked,
    responses(
        (status = 201, description = "The item", body = Item),
        (status = 422, description = "All that is wrong with the item, each with a pointer to it",
            body = crate::document::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    who: Principal,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let item = Checked::of(json::read(&headers, body)?).map_err(|flaws| {
        let refused = Refused::new(StatusCode::UNPROCESSABLE_ENTITY);
        refused.detail("the item has flaws").errors(&flaws)
    })?;
    let owner = who.subject().to_owned();
    Ok(json::write(StatusCode::CREATED, &Item { owner, item }))
}
