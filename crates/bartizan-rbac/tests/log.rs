//! What is logged. In a program of its own: what other threads log decides which
//! events `tracing` lets through.

use bartizan_core::{GuardLayer, Principal};
use bartizan_rbac::{require, role};
use bartizan_testkit::{LogCapture, Probe, send};
use http::Request;

#[tokio::test]
async fn the_log_says_what_was_missing_on_one_line() {
    let log = LogCapture::start();
    let layer = GuardLayer::new(require(role("admin\nforged=line")));
    let mut request = Request::new(());
    let alice = Principal::builder("alice").build();
    request.extensions_mut().insert(alice);

    send(&layer, &Probe::new(), request).await;

    let text = log.text();
    assert!(text.contains(r#"missing: role \"admin\\nforged"#), "{text}");
    assert!(text.contains("subject=\"alice\""), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}
