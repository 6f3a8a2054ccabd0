//! What may be asked at all, and by whom.

use bartizan_core::{GuardLayer, Principal, RequestFirewall};
use bartizan_rbac::{Route, RouteTable, role};
use http::{Request, StatusCode};
use tower_layer::Layer;

use crate::exchange::{asking, plain, sender};

/// What is asked for: not what would be found first, in whatever order they are.
const ASKED: &str = "/v1/kind-1/7";

pub(crate) fn firewall() -> Box<dyn FnMut()> {
    plain(|inner| GuardLayer::new(RequestFirewall::new()).layer(inner))
}

pub(crate) fn inner() -> Box<dyn FnMut()> {
    sender(|inner| inner, request(), StatusCode::OK)
}

/// A table with so many rules, which differ in their paths.
pub(crate) fn routes(count: usize) -> Box<dyn FnMut()> {
    let rule = |at| Route::get(format!("/v1/kind-{at}/{{id}}")).require(role("reader"));
    let table = RouteTable::builder().rules((0..count).map(rule)).build();
    let table = table.expect("rules that differ");
    let layer = |inner| GuardLayer::new(table).layer(inner);
    sender(layer, request(), StatusCode::OK)
}

fn request() -> impl Fn() -> Request<()> + 'static {
    let reader = Principal::builder("alice").role("reader").build();
    let asking = asking(ASKED);
    move || {
        let mut request = asking();
        request.extensions_mut().insert(reader.clone());
        request
    }
}
