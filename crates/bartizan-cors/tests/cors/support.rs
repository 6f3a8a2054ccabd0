use bartizan_core::GuardLayer;
use bartizan_cors::{Cors, CorsBuilder};
use bartizan_testkit::{Probe, send};
use http::{Method, Request, Response};
use serde_json::Value;

pub(crate) const APP: &str = "https://app.example.com";

/// One origin, one method and two headers beside what needs no permission.
pub(crate) fn builder() -> CorsBuilder {
    Cors::builder()
        .origins([APP])
        .methods(["PUT"])
        .request_headers(["Content-Type", "X-Api-Key"])
}

pub(crate) fn layer(builder: CorsBuilder) -> GuardLayer<Cors> {
    GuardLayer::new(builder.build().unwrap())
}

/// A request with these header lines, in order.
pub(crate) fn request(method: &str, lines: &[(&str, &str)]) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
    for (name, value) in lines {
        let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        let value = http::HeaderValue::from_bytes(value.as_bytes()).unwrap();
        request.headers_mut().append(name, value);
    }
    request
}

pub(crate) fn get(origin: &str) -> Request<()> {
    request("GET", &[("origin", origin)])
}

pub(crate) fn preflight(origin: &str, method: &str, headers: &[&str]) -> Request<()> {
    let mut lines = vec![
        ("origin", origin),
        ("access-control-request-method", method),
    ];
    let name = "access-control-request-headers";
    lines.extend(headers.iter().map(|line| (name, *line)));
    request("OPTIONS", &lines)
}

/// Sends one request, and tells whether it was answered by the inner service.
pub(crate) async fn ask(builder: &CorsBuilder, request: Request<()>) -> (Response<String>, bool) {
    let probe = Probe::new();
    let response = send(&layer(builder.clone()), &probe, request).await;
    (response, probe.calls() == 1)
}

/// All lines of a field, with a comma between them.
pub(crate) fn field<B>(response: &Response<B>, name: &str) -> Option<String> {
    let lines = response.headers().get_all(name);
    let lines: Vec<_> = lines.iter().map(|line| line.to_str().unwrap()).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

/// The names of the protocol's own fields in a response.
pub(crate) fn access_control<B>(response: &Response<B>) -> Vec<&str> {
    let names = response.headers().keys().map(http::HeaderName::as_str);
    names
        .filter(|name| name.starts_with("access-control-"))
        .collect()
}

/// A file of vectors, if there is a folder of them.
pub(crate) fn corpus(name: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("BARTIZAN_CORPORA") else {
        println!("left out, since BARTIZAN_CORPORA is not set: {name}");
        return None;
    };
    let path = std::path::Path::new(&folder).join("cors-tables").join(name);
    let text = std::fs::read_to_string(path).expect("the folder has the file");
    Some(serde_json::from_str(&text).expect("the file is JSON"))
}
