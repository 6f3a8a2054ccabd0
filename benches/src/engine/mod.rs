//! What the engine costs: the variants, for the benchmark and for the counts.

mod inner;
mod pass_through;

use std::convert::Infallible;
use std::hint::black_box;
use std::task::{Context, Poll, Waker};

use bartizan_core::chain::Chain;
use bartizan_core::{Guard, GuardLayer, RequestHead, Verdict, guard_fn};
use http::{Request, Response};
use tower::util::BoxCloneSyncService;
use tower_layer::Layer;
use tower_service::Service;

use self::inner::inner;
use self::pass_through::PassThrough;

/// The variants, by name. The first is the inner service alone.
pub const VARIANTS: [&str; 6] = [
    "inner",
    "pass-through",
    "guard",
    "fused-4",
    "nested-4",
    "waiting",
];

/// Returns what sends one request through the variant called `name`, or `None`
/// when there is none.
#[must_use]
pub fn variant(name: &str) -> Option<Box<dyn FnMut()>> {
    Some(match name {
        "inner" => sender(inner()),
        "pass-through" => sender(PassThrough::new(inner())),
        "guard" => sender(GuardLayer::new(at_most(100)).layer(inner())),
        "fused-4" => sender(GuardLayer::new(four()).layer(inner())),
        "nested-4" => {
            let layer = || GuardLayer::new(at_most(100));
            let nested = layer().layer(layer().layer(layer().layer(layer().layer(inner()))));
            sender(nested)
        }
        "waiting" => sender(GuardLayer::new(waits()).layer(inner())),
        _ => return None,
    })
}

/// Sends one request through a clone of `service`, boxed as axum's routes box each
/// layer: nothing is inlined that would not be there.
fn sender<S>(service: S) -> Box<dyn FnMut()>
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
{
    let service = BoxCloneSyncService::new(service);
    Box::new(move || {
        let mut service = service.clone();
        let mut cx = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(())) = service.poll_ready(&mut cx) else {
            panic!("the inner service is always ready");
        };
        let mut response = service.call(Request::new(()));
        let Poll::Ready(Ok(response)) = response.as_mut().poll(&mut cx) else {
            panic!("the inner service answers at once");
        };
        drop(black_box(response));
    })
}

/// Something to look at, which differs from guard to guard: of four equal checks
/// the compiler would make one.
fn at_most(fields: usize) -> impl Guard {
    guard_fn(move |head: RequestHead<'_>| {
        if head.headers().len() > fields {
            Verdict::Reject(bartizan_core::Rejection::forbidden("refused", "refused"))
        } else {
            Verdict::Pass(())
        }
    })
}

fn four() -> impl Chain {
    at_most(100)
        .and(at_most(90))
        .and(at_most(80))
        .and(at_most(70))
}

fn waits() -> impl Guard {
    guard_fn(|_: RequestHead<'_>| {
        Verdict::<()>::Wait(Box::pin(std::future::ready(Verdict::Pass(()))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocations;

    #[test]
    fn a_guard_that_answers_at_once_allocates_nothing() {
        // Both box a clone of the service, and the future of one request.
        let by_hand = allocations(variant("pass-through").unwrap());
        assert_eq!(by_hand, 2);
        for name in ["guard", "fused-4", "nested-4"] {
            assert_eq!(allocations(variant(name).unwrap()), by_hand, "{name}");
        }
    }

    #[test]
    fn a_guard_that_waits_allocates_once() {
        let at_once = allocations(variant("guard").unwrap());
        assert_eq!(allocations(variant("waiting").unwrap()), at_once + 1);
    }
}
