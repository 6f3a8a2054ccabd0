//! Problem details, panics caught, and ids for requests.

use bartizan_core::{Guard, GuardLayer, Rejection, RequestHead, Verdict, guard_fn};
use bartizan_problem::{CatchPanicLayer, ProblemLayer};
use http::StatusCode;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer as PeerLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_layer::Layer;

use crate::exchange::{asking, plain, sender};

pub(crate) fn ours() -> Box<dyn FnMut()> {
    plain(|inner| ProblemLayer::new().layer(inner))
}

pub(crate) fn panics() -> Box<dyn FnMut()> {
    plain(|inner| CatchPanicLayer::new().layer(inner))
}

pub(crate) fn peer() -> Box<dyn FnMut()> {
    plain(|inner| PeerLayer::new().layer(inner))
}

pub(crate) fn peer_with_ids() -> Box<dyn FnMut()> {
    plain(|inner| {
        ServiceBuilder::new()
            .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
            .layer(PropagateRequestIdLayer::x_request_id())
            .layer(PeerLayer::new())
            .service(inner)
    })
}

/// A guard turns the request away, and nothing writes what was wrong.
pub(crate) fn refused() -> Box<dyn FnMut()> {
    let layer = |inner| GuardLayer::new(nobody()).layer(inner);
    sender(layer, asking("/v1/items/7"), StatusCode::FORBIDDEN)
}

pub(crate) fn ours_refused() -> Box<dyn FnMut()> {
    let layer = |inner| ProblemLayer::new().layer(GuardLayer::new(nobody()).layer(inner));
    sender(layer, asking("/v1/items/7"), StatusCode::FORBIDDEN)
}

fn nobody() -> impl Guard {
    guard_fn(|_: RequestHead<'_>| {
        Verdict::<()>::Reject(Rejection::forbidden("refused", "nobody may"))
    })
}
