use std::time::{Duration, SystemTime};

use axum::Extension;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bartizan::Principal;
use bartizan::api_key::{KeyGrant, KeyId, ManageError};
use bartizan::problem::CorrelationId;

use super::Keys;
use super::view::{KeyView, NewKey};
use super::wanted::{Rotation, Wanted};
use crate::json;
use crate::paths;
use crate::problem::Refused;

/// The most keys on a list: as many as an owner may have.
const LISTED: usize = 100;

/// Makes a key, which is shown this once.
#[utoipa::path(
    post,
    path = paths::KEYS,
    tag = "keys",
    request_body = Wanted,
    responses((status = 201, description = "The key", body = NewKey<'static>)),
)]
pub(crate) async fn issue(
    State(keys): State<Keys>,
    Extension(id): Extension<CorrelationId>,
    who: Principal,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let wanted = Wanted::read(json::read(&headers, body)?, &who)?;
    let grant = KeyGrant::new(who.subject(), &*wanted.name);
    let grant = grant.expires_at(SystemTime::now() + wanted.lifetime());
    let grant = wanted.scopes.into_iter().fold(grant, KeyGrant::scope);
    let grant = wanted.roles.into_iter().fold(grant, KeyGrant::role);
    let issued = keys
        .issue(grant)
        .await
        .map_err(|error| refuse(&id, &error))?;
    Ok(json::write(StatusCode::CREATED, &NewKey::of(&issued)))
}

/// Lists the keys of the user, without the keys themselves.
#[utoipa::path(
    get,
    path = paths::KEYS,
    tag = "keys",
    responses((status = 200, description = "The user's keys", body = Vec<KeyView>)),
)]
pub(crate) async fn list(
    State(keys): State<Keys>,
    Extension(id): Extension<CorrelationId>,
    who: Principal,
) -> Result<Response, Refused> {
    let listed = keys.of(who.subject()).list(None, LISTED).await;
    let listed = listed.map_err(|error| refuse(&id, &error))?;
    let views: Vec<_> = listed.iter().map(|record| KeyView::of(record)).collect();
    Ok(json::write(StatusCode::OK, &views))
}

/// Makes a key that takes the place of another, which is good for a while besides.
#[utoipa::path(
    post,
    path = paths::KEY_ROTATE,
    tag = "keys",
    params(("id" = String, Path, description = "The id of the key")),
    request_body = Rotation,
    responses(
        (status = 201, description = "The new key", body = NewKey<'static>),
        (status = 404, description = "The user has no such key",
            body = crate::document::Problem, content_type = "application/problem+json"),
        (status = 409, description = "The key is no longer good, or has been rotated",
            body = crate::document::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn rotate(
    State(keys): State<Keys>,
    Extension(id): Extension<CorrelationId>,
    who: Principal,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let rotation = Rotation::read(json::read(&headers, body)?)?;
    let until = SystemTime::now() + Duration::from_secs(rotation.overlap);
    let rotated = keys.of(who.subject()).rotate(known(&key)?, until).await;
    let issued = rotated.map_err(|error| refuse(&id, &error))?;
    Ok(json::write(StatusCode::CREATED, &NewKey::of(&issued)))
}

/// Revokes a key at once, for good.
#[utoipa::path(
    delete,
    path = paths::KEY,
    tag = "keys",
    params(("id" = String, Path, description = "The id of the key")),
    responses(
        (status = 204, description = "The key is no longer good"),
        (status = 404, description = "The user has no such key",
            body = crate::document::Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn revoke(
    State(keys): State<Keys>,
    Extension(id): Extension<CorrelationId>,
    who: Principal,
    Path(key): Path<String>,
) -> Result<StatusCode, Refused> {
    let revoked = keys.of(who.subject()).revoke(known(&key)?).await;
    revoked.map_err(|error| refuse(&id, &error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is no id is the id of no key.
fn known(id: &str) -> Result<KeyId, Refused> {
    id.parse().map_err(|_| unknown())
}

fn unknown() -> Refused {
    Refused::new(StatusCode::NOT_FOUND).detail("you have no such key")
}

fn refuse(id: &CorrelationId, error: &ManageError) -> Refused {
    let conflict = |detail| Refused::new(StatusCode::CONFLICT).detail(detail);
    match error {
        ManageError::Unknown => unknown(),
        ManageError::NotLive => conflict("the key is revoked or has expired"),
        ManageError::Replaced => conflict("the key has been rotated already"),
        ManageError::Overlapping(_) => conflict("the key before this one is still good"),
        ManageError::TooManyKeys => conflict("you have too many keys"),
        error => Refused::failure(id, error),
    }
}
