use std::time::Duration;

use bartizan_cors::{Cors, CorsBuilder, CorsProblem, CredentialRisk, InvalidOrigin, NameFault};

use crate::support::{APP, builder};

fn problems(builder: CorsBuilder) -> Vec<CorsProblem> {
    match builder.build() {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().to_vec(),
    }
}

#[test]
fn credentials_go_with_origins_that_can_be_trusted() {
    use CredentialRisk::{AnyOrigin, Insecure, PublicSuffix};
    for (value, expected) in [
        (APP, None),
        ("https://*.example.com", None),
        ("https://*.alice.github.io", None),
        ("http://localhost:3000", None),
        ("http://*.localhost:3000", None),
        ("http://127.0.0.1:*", None),
        ("http://[::1]:3000", None),
        ("*", Some(AnyOrigin)),
        ("http://app.example.com", Some(Insecure)),
        ("http://*.example.com", Some(Insecure)),
        ("http://192.168.0.1:8080", Some(Insecure)),
        ("http://notlocalhost", Some(Insecure)),
        ("chrome-extension://abcdef", Some(Insecure)),
        ("https://*.com", Some(PublicSuffix)),
        ("https://*.com.", Some(PublicSuffix)),
        ("https://*.co.uk:*", Some(PublicSuffix)),
        ("https://*.github.io", Some(PublicSuffix)),
        ("https://*.kawasaki.jp", Some(PublicSuffix)),
        ("https://*.corp", Some(PublicSuffix)),
    ] {
        let with = |builder: CorsBuilder| problems(builder.origins([value]).credentials(true));
        let problem = |risk| CorsProblem::OriginWithCredentials {
            value: value.to_owned(),
            risk,
        };
        let problem: Vec<_> = expected.map(problem).into_iter().collect();
        assert_eq!(with(Cors::builder()), problem);
        // There is no door for every origin.
        let open = || {
            Cors::builder()
                .insecure_origins(true)
                .insecure_public_suffixes(true)
        };
        let stays = expected == Some(AnyOrigin);
        assert_eq!(with(open()), if stays { problem } else { Vec::new() });
        assert_eq!(problems(Cors::builder().origins([value])), [], "{value}");
    }
}

#[test]
fn each_door_opens_its_own_risk_alone() {
    let both = || {
        Cors::builder()
            .origins(["http://a.example", "https://*.com"])
            .credentials(true)
    };
    assert_eq!(problems(both()).len(), 2);
    assert_eq!(problems(both().insecure_origins(true)).len(), 1);
    assert_eq!(problems(both().insecure_public_suffixes(true)).len(), 1);
    // Both at once for a pattern that is both.
    let worst = || Cors::builder().origins(["http://*.com"]).credentials(true);
    assert_eq!(problems(worst().insecure_origins(true)).len(), 1);
    assert_eq!(
        problems(
            worst()
                .insecure_origins(true)
                .insecure_public_suffixes(true)
        ),
        []
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let wrong = Cors::builder()
        .origins([
            "https://example.com/",
            "null",
            "http://a.example",
            "https://ok.example",
        ])
        .methods(["CONNECT", "r\u{e9}sum\u{e9}", "PUT"])
        .request_headers(["Cookie", "Access-Control-Allow-Origin", "a b"])
        .expose_headers(["Set-Cookie", "*"])
        .vary(["a b"])
        .credentials(true)
        .max_age(Duration::from_secs(86_401));
    let error = wrong.build().unwrap_err();
    let value = |value: &str| value.to_owned();
    assert_eq!(
        error.problems(),
        [
            CorsProblem::Origin {
                value: value("https://example.com/"),
                fault: InvalidOrigin::Surplus
            },
            CorsProblem::Origin {
                value: value("null"),
                fault: InvalidOrigin::Null
            },
            CorsProblem::OriginWithCredentials {
                value: value("http://a.example"),
                risk: CredentialRisk::Insecure
            },
            CorsProblem::Method {
                value: value("CONNECT"),
                fault: NameFault::Forbidden
            },
            CorsProblem::Method {
                value: value("r\u{e9}sum\u{e9}"),
                fault: NameFault::Invalid
            },
            CorsProblem::RequestHeader {
                value: value("Cookie"),
                fault: NameFault::Forbidden
            },
            CorsProblem::RequestHeader {
                value: value("Access-Control-Allow-Origin"),
                fault: NameFault::Prohibited
            },
            CorsProblem::RequestHeader {
                value: value("a b"),
                fault: NameFault::Invalid
            },
            CorsProblem::ResponseHeader {
                value: value("Set-Cookie"),
                fault: NameFault::Forbidden
            },
            CorsProblem::ExposeAllWithCredentials,
            CorsProblem::MaxAge { seconds: 86_401 },
            CorsProblem::Vary {
                value: value("a b")
            },
        ]
    );
    let text = error.to_string();
    assert!(
        text.starts_with("12 problems in the cors settings\n  origins: "),
        "{text}"
    );
    for problem in error.problems() {
        assert!(text.contains(&problem.to_string()));
        assert!(problem.to_string().starts_with(problem.setting()));
    }
}

#[test]
fn something_has_to_be_allowed() {
    assert_eq!(problems(Cors::builder()), [CorsProblem::NoOrigin]);
    assert_eq!(problems(Cors::builder().origin_if(|_, _| true)), []);
}

#[test]
fn every_origin_and_some_is_a_contradiction() {
    for builder in [
        builder().any_origin(),
        Cors::builder().any_origin().origin_if(|_, _| false),
        Cors::builder()
            .any_origin()
            .origin_if_async(|_, _| Box::pin(async { Ok(false) })),
    ] {
        assert_eq!(problems(builder), [CorsProblem::OriginBesideAny]);
    }
    assert_eq!(problems(Cors::builder().any_origin().any_origin()), []);
}

#[test]
fn every_origin_leaves_nothing_to_enforce() {
    let builder = Cors::builder().any_origin().enforce_origin(true);
    assert_eq!(problems(builder), [CorsProblem::EnforceAnyOrigin]);
}

#[test]
fn no_length_of_time_panics() {
    let longest = problems(builder().max_age(Duration::MAX));
    assert_eq!(longest, [CorsProblem::MaxAge { seconds: i64::MAX }]);
}

#[test]
fn nothing_of_it_is_hidden_in_debug_but_predicates() {
    let builder = builder().origin_if(|_, _| true);
    assert!(format!("{builder:?}").contains(APP));
    assert!(format!("{:?}", builder.build().unwrap()).contains(APP));
}
