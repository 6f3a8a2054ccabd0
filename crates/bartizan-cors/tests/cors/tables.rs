//! The table of rs/cors: what would a browser conclude from its answer, and from ours?

use bartizan_core::RequestHead;
use bartizan_cors::{Cors, CorsBuilder, CorsProblem, CredentialRisk, Origin};
use http::Response;
use serde_json::Value;

use crate::browser::{Wish, may_read, may_send};
use crate::support::{ask, corpus, field, request};

/// Rows that differ, and why.
const DIFFERS: [(&str, &str); 2] = [
    (
        "MatchAllOriginWithCredentials",
        "refused when built: a browser rejects `*` with credentials, so nobody means it",
    ),
    (
        "AllowedOriginsPlusAllowOriginFunc",
        "refused when built: rs/cors ignores the list, which nobody sees in the configuration",
    ),
];

#[tokio::test]
async fn rs_cors_leads_browsers_to_the_same_conclusions() {
    let Some(corpus) = corpus("rs-cors.json") else {
        return;
    };
    let rows = corpus[0]["cases"].as_array().unwrap();
    assert_eq!(rows.len(), 28);
    for row in rows {
        let name = row[0].as_str().unwrap();
        let configuration = configuration(&row[1]);
        if let Some((_, reason)) = DIFFERS.iter().find(|(differs, _)| *differs == name) {
            println!("{name}: {reason}");
            assert_refused(name, configuration);
            continue;
        }
        let lines = lines(&row[3]);
        let sent: Vec<_> = lines
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let (ours, _) = ask(&configuration, request(row[2].as_str().unwrap(), &sent)).await;
        let mut theirs = Response::new(());
        for (name, value) in self::lines(&row[4]) {
            let name: http::HeaderName = name.parse().unwrap();
            theirs.headers_mut().append(name, value.parse().unwrap());
        }
        assert_same(name, row, &ours, &theirs);

        // The last column says whether the origin as such is allowed.
        let (plain, _) = ask(&configuration, request("GET", &sent)).await;
        let is_allowed = field(&plain, "access-control-allow-origin").is_some();
        assert_eq!(is_allowed, row[5].as_bool().unwrap(), "{name}");
    }
}

#[tokio::test]
async fn rs_cors_exposes_headers_when_there_are_some() {
    let Some(corpus) = corpus("rs-cors.json") else {
        return;
    };
    let rows = corpus[1]["cases"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let asked = request("GET", &[("origin", "http://foobar.com")]);
        let (response, _) = ask(&configuration(&row["options"]), asked).await;
        let exposed = field(&response, "access-control-expose-headers");
        assert_eq!(
            exposed.is_some(),
            row["want"].as_bool().unwrap(),
            "{}",
            row["name"]
        );
    }
}

fn assert_same(name: &str, row: &Value, ours: &Response<String>, theirs: &Response<()>) {
    let lines = lines(&row[3]);
    let one = |wanted: &str| lines.iter().find(|(name, _)| name == wanted);
    let asked = lines
        .iter()
        .filter(|(name, _)| name == "access-control-request-headers")
        .flat_map(|(_, line)| line.split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let headers: Vec<_> = asked.collect();
    let requested = one("access-control-request-method");
    let wish = Wish {
        origin: one("origin").map_or("", |(_, origin)| origin),
        method: requested.map_or("", |(_, method)| method),
        headers: &headers,
        credentials: row[1]["AllowCredentials"] == true,
    };
    if one("origin").is_none() {
        // No page of another origin asks: there is nothing to conclude.
        return;
    }
    let (may, should) = (may_read(ours, wish), may_read(theirs, wish));
    assert_eq!(may, should, "{name}: {ours:?}");
    if requested.is_some() && row[2] == "OPTIONS" {
        assert_eq!(
            may_send(ours, wish),
            may_send(theirs, wish),
            "{name}: {ours:?}"
        );
        let age = "access-control-max-age";
        assert_eq!(field(ours, age), field(theirs, age), "{name}");
    } else {
        let exposed = |value: Option<String>| {
            let value = value.unwrap_or_default().to_ascii_lowercase();
            let mut names: Vec<_> = value.split(',').map(|n| n.trim().to_owned()).collect();
            names.sort();
            names
        };
        let name = "access-control-expose-headers";
        assert_eq!(exposed(field(ours, name)), exposed(field(theirs, name)));
    }
    // The protocol that browsers have given up: theirs may allow it, ours never do.
    assert_eq!(
        field(ours, "access-control-allow-private-network"),
        None,
        "{name}"
    );
}

fn assert_refused(name: &str, configuration: CorsBuilder) {
    let error = configuration.build().unwrap_err();
    let expected = match name {
        "MatchAllOriginWithCredentials" => CorsProblem::OriginWithCredentials {
            value: "*".to_owned(),
            risk: CredentialRisk::AnyOrigin,
        },
        _ => CorsProblem::OriginBesideAny,
    };
    assert_eq!(error.problems(), [expected]);
}

/// The defaults of rs/cors are written out: here nothing is allowed by default.
fn configuration(options: &Value) -> CorsBuilder {
    let list = |name: &str| -> Option<Vec<String>> {
        let list = options.get(name)?.as_array()?.iter();
        let list: Vec<_> = list
            .map(|value| value.as_str().unwrap().to_owned())
            .collect();
        (!list.is_empty()).then_some(list)
    };
    let has = |name: &str| options.get(name).is_some();
    let mut builder = Cors::builder()
        .methods(list("AllowedMethods").unwrap_or_default())
        .expose_headers(list("ExposedHeaders").unwrap_or_default())
        .credentials(options["AllowCredentials"] == true)
        .insecure_origins(true);
    builder = match list("AllowedHeaders") {
        Some(names) => builder.request_headers(names),
        None => builder.request_headers(["accept", "content-type", "x-requested-with"]),
    };
    // What the functions of the table do, which it does not hold.
    let starts = |origin: &Origin| origin.as_str().starts_with("http://foo");
    let knows = |head: RequestHead<'_>| {
        head.headers()
            .get("authorization")
            .is_some_and(|value| value == "secret")
    };
    if has("AllowOriginFunc") {
        builder = builder.origin_if(move |origin, _| starts(origin));
    } else if has("AllowOriginRequestFunc") || has("AllowOriginVaryRequestFunc") {
        builder = builder
            .origin_if(move |origin, head| starts(origin) && knows(head))
            .vary(["authorization"]);
    }
    match (list("AllowedOrigins"), options.as_object()) {
        (Some(origins), _) => builder = builder.origins(origins),
        (None, Some(fields)) if fields.keys().any(|name| name.ends_with("Func")) => {}
        (None, _) => builder = builder.any_origin(),
    }
    match options["MaxAge"].as_i64() {
        // Below zero is theirs for "not at all"; ours is zero, -1 in settings.
        Some(seconds) => builder.max_age(std::time::Duration::from_secs(
            seconds.max(0).unsigned_abs(),
        )),
        None => builder,
    }
}

fn lines(fields: &Value) -> Vec<(String, String)> {
    let Some(fields) = fields.as_object() else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for (name, values) in fields {
        for value in values.as_array().unwrap() {
            lines.push((
                name.to_ascii_lowercase(),
                value.as_str().unwrap().to_owned(),
            ));
        }
    }
    lines
}
