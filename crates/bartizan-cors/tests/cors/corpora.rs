//! The tables of jub0bs/cors: origins, patterns, and configurations that are refused.

use bartizan_cors::{Origin, OriginPattern};
use serde_json::Value;

use crate::support::corpus;

/// Rows that are read there and refused here, and why. There, this reader only takes an
/// origin apart, and what no pattern can have is sorted out later; here, what it reads
/// goes to predicates, too.
const NO_BROWSER_SENDS: [(&str, &str); 16] = [
    ("invalid scheme", "a scheme begins with a letter"),
    ("brackets containing non-IPv6 chars", "no IPv6 address"),
    ("empty brackets", "no IPv6 address"),
    ("IPv6 with extraneous colon", "no IPv6 address"),
    ("domain with a leading full stop", "an empty label"),
    (
        "domain with illegal char after host",
        "a forbidden character",
    ),
    ("domain followed by character other than colon", "a query"),
    ("single-digit host", "a browser sends 0.0.0.1"),
    ("ipv4 with trailing full stop", "a browser sends it without"),
    (
        "malformed ipv4 with one too many octets",
        "ends in a number",
    ),
    ("ipv4 with overflowing octet", "ends in a number"),
    (
        "ipv4 with trailing full stop and port",
        "a browser sends it without",
    ),
    ("invalid TLD", "ends in a number"),
    ("longer invalid TLD", "ends in a number"),
    ("ipv6 with port", "a browser compresses it"),
    (
        "maximum length and maximum port",
        "a label of more than 63 characters",
    ),
];

/// The row of a pattern that is refused there, and read here: it is how browsers write
/// such an address. The form with dots, which they do not send, is refused.
const BROWSERS_SEND: &str = "IPv4-mapped IPv6";

#[test]
fn origins_are_read_as_by_jub0bs() {
    let Some(corpus) = corpus("jub0bs-origins.json") else {
        return;
    };
    let rows = corpus[0].as_array().unwrap();
    assert_eq!(rows.len(), 40);
    let mut stricter = Vec::new();
    for row in rows {
        let (name, text) = (row["desc"].as_str().unwrap(), written_out(&row["input"]));
        match text.parse::<Origin>() {
            Ok(origin) => {
                let want = &row["want"];
                assert_eq!(origin.scheme(), want["Scheme"], "{name}");
                let host = origin.host().trim_start_matches('[').trim_end_matches(']');
                assert_eq!(host, want["Host"], "{name}");
                let port = origin.port().map(u64::from);
                assert_eq!(port, want["Port"].as_u64(), "{name}");
            }
            Err(_) if row["failure"] == true => {}
            Err(_) => stricter.push(name),
        }
    }
    let reasons = NO_BROWSER_SENDS.map(|(name, _)| name);
    assert_eq!(stricter, reasons);
}

#[test]
fn origin_patterns_are_read_as_by_jub0bs() {
    let Some(corpus) = corpus("jub0bs-origin-patterns.json") else {
        return;
    };
    let rows = corpus[0].as_array().unwrap();
    assert_eq!(rows.len(), 75);
    for row in rows {
        let (name, text) = (row["desc"].as_str().unwrap(), written_out(&row["input"]));
        let pattern = text.parse::<OriginPattern>();
        if name == BROWSERS_SEND {
            assert!(pattern.unwrap().matches(&text.parse().unwrap()));
            continue;
        }
        assert_eq!(pattern.is_err(), row["failure"] == true, "{name}: {text}");
        let Ok(pattern) = pattern else {
            continue;
        };
        // What it matches is what the row says that it means.
        let kind = row["want"]["Kind"].as_str().unwrap();
        let any_port = row["want"]["Port"] == "arbitraryPort";
        let origin = text.replace("*.", "a.").replace(":*", ":1234");
        assert!(pattern.matches(&origin.parse().unwrap()), "{name}");
        let subdomain = origin.replacen("://", "://b.", 1);
        let is_below = subdomain
            .parse()
            .is_ok_and(|origin| pattern.matches(&origin));
        let subdomains = kind == "origins.ArbitrarySubdomains";
        assert_eq!(is_below, subdomains && !is_full(&text), "{name}");
        let apex = text.replace("*.", "").replace(":*", ":1234").parse();
        let is_apex = apex.is_ok_and(|origin| pattern.matches(&origin));
        assert_eq!(is_apex, !subdomains, "{name}");
        let origin: Origin = origin.parse().unwrap();
        let elsewhere = format!("{}://{}:4321", origin.scheme(), origin.host());
        let elsewhere: Origin = elsewhere.parse().unwrap();
        assert_eq!(pattern.matches(&elsewhere), any_port, "{name}");
    }
}

#[cfg(feature = "serde")]
#[test]
fn configurations_are_refused_as_by_jub0bs() {
    use bartizan_cors::CorsSettings;

    let Some(corpus) = corpus("jub0bs-invalid-configs.json") else {
        return;
    };
    let rows = corpus[0].as_array().unwrap();
    assert_eq!(rows.len(), 23);
    for row in rows {
        let name = row["desc"].as_str().unwrap();
        let field = |name: &str| row["cfg"].get(name).cloned();
        let mut settings = serde_json::Map::new();
        for (theirs, ours) in [
            ("Origins", "origins"),
            ("Methods", "methods"),
            ("RequestHeaders", "request_headers"),
            ("ResponseHeaders", "expose_headers"),
            ("Credentialed", "credentials"),
            ("MaxAgeInSeconds", "max_age"),
        ] {
            settings.extend(field(theirs).map(|value| (ours.to_owned(), value)));
        }
        let settings: CorsSettings = serde_json::from_value(settings.into()).unwrap();
        let error = settings.build().unwrap_err();
        let want = row["want"].as_array().unwrap();
        assert_eq!(error.problems().len(), want.len(), "{name}: {error}");
        for (problem, want) in error.problems().iter().zip(want) {
            let want = want["args"].as_str().unwrap().replace('_', "");
            let want = want.replace("http.MethodConnect", "\"CONNECT\"");
            for part in theirs(problem) {
                assert!(want.contains(&part), "{name}: {want} has no {part}");
            }
        }
    }
}

/// What the same mistake is called there.
#[cfg(feature = "serde")]
fn theirs(problem: &bartizan_cors::CorsProblem) -> Vec<String> {
    use bartizan_cors::{CorsProblem, CredentialRisk, InvalidOrigin, NameFault};

    let value = |value: &str| format!("Value:{value:?}");
    let reason = |reason: &str| format!("Reason:{reason:?}");
    let name = |fault: &NameFault| {
        reason(match fault {
            NameFault::Forbidden => "forbidden",
            NameFault::Prohibited => "prohibited",
            _ => "invalid",
        })
    };
    let kind = |kind: &str| format!("cfgerrors.{kind}");
    match problem {
        CorsProblem::NoOrigin => vec![kind("UnacceptableOriginPatternError"), reason("missing")],
        CorsProblem::Origin { value: v, fault } => {
            let is_null = *fault == InvalidOrigin::Null;
            let fault = reason(if is_null { "prohibited" } else { "invalid" });
            vec![kind("UnacceptableOriginPatternError"), value(v), fault]
        }
        CorsProblem::OriginWithCredentials { value: v, risk } => {
            let risk = reason(match risk {
                CredentialRisk::AnyOrigin => "wildcard",
                CredentialRisk::Insecure => "insecure",
                _ => "psl",
            });
            vec![kind("IncompatibleOriginPatternError"), value(v), risk]
        }
        CorsProblem::Method { value: v, fault } => {
            vec![kind("UnacceptableMethodError"), value(v), name(fault)]
        }
        CorsProblem::RequestHeader { value: v, fault } => {
            let side = "Type:\"request\"".to_owned();
            vec![
                kind("UnacceptableHeaderNameError"),
                value(v),
                side,
                name(fault),
            ]
        }
        CorsProblem::ResponseHeader { value: v, fault } => {
            let side = "Type:\"response\"".to_owned();
            vec![
                kind("UnacceptableHeaderNameError"),
                value(v),
                side,
                name(fault),
            ]
        }
        CorsProblem::ExposeAllWithCredentials => {
            vec![kind("IncompatibleWildcardResponseHeaderNameError")]
        }
        CorsProblem::MaxAge { seconds } => {
            vec![kind("MaxAgeOutOfBoundsError"), format!("Value:{seconds},")]
        }
        other => panic!("nothing there is like {other:?}"),
    }
}

/// Replaces what the table has left of the Go source that it was made from.
fn written_out(input: &Value) -> String {
    let call =
        |name: &str, arguments: &str| format!("{{'$call': '{name}', 'args': '{arguments}'}}");
    let host = [
        "b".repeat(59),
        "c".repeat(63),
        "c".repeat(63),
        "c".repeat(63),
    ]
    .join(".");
    assert_eq!(host.len(), 251);
    input
        .as_str()
        .unwrap()
        .replace(
            &call("strings.Repeat", "(\"a\",maxHostLen+1)"),
            &"a".repeat(254),
        )
        .replace(
            &call("strings.Repeat", "(\"a\",maxHostLen)"),
            &"a".repeat(253),
        )
        .replace(&call("strconv.Itoa", "(maxPort+1)"), "65536")
        .replace(&call("strconv.Itoa", "(maxPort)"), "65535")
        .replace("validHostOf251chars", &host)
}

/// Whether there is no room for one more label.
fn is_full(text: &str) -> bool {
    text.contains("ccc")
}
