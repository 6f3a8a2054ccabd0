//! The header fields, as a parser of structured fields reads them.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::path::PathBuf;
use std::time::Duration;

use bartizan_core::{ClientAddr, GuardLayer};
use bartizan_rate_limit::{Fields, Key, LegacyReset, Limit, Quota, Quotas, RateLimit};
use bartizan_secret::SecretBytes;
use bartizan_testkit::{FakeClock, Probe, send};
use http::{Request, Response};
use sfv::{BareItem, List, ListEntry, Parser};

const NOW: u64 = 1_700_000_000;

struct Item {
    name: String,
    parameters: Vec<(String, BareItem)>,
}

impl Item {
    fn integer(&self, name: &str) -> Option<i64> {
        let parameter = self.parameters.iter().find(|(key, _)| key == name);
        parameter.map(|(_, value)| i64::from(value.as_integer().unwrap()))
    }
}

fn parse(value: &str) -> Vec<Item> {
    let list: List = Parser::new(value).parse().unwrap();
    let item = |entry: &ListEntry| {
        let ListEntry::Item(item) = entry else {
            panic!("an inner list in {value}");
        };
        let parameters = item.params.iter();
        Item {
            name: item.bare_item.as_string().unwrap().as_str().to_owned(),
            parameters: parameters
                .map(|(name, value)| (name.as_str().to_owned(), value.clone()))
                .collect(),
        }
    };
    list.iter().map(item).collect()
}

fn request() -> Request<()> {
    let mut request = Request::new(());
    let client = ClientAddr::new("192.0.2.1".parse().unwrap());
    request.extensions_mut().insert(client);
    request
}

async fn ask(layer: &GuardLayer<RateLimit>) -> Response<String> {
    send(layer, &Probe::new(), request()).await
}

fn field<'a>(response: &'a Response<String>, name: &str) -> &'a str {
    let lines: Vec<_> = response.headers().get_all(name).iter().collect();
    assert_eq!(lines.len(), 1, "lines of {name}");
    lines[0].to_str().unwrap()
}

fn guard(text: &str, clock: &FakeClock, fields: Fields) -> GuardLayer<RateLimit> {
    let limit = Limit::new("api", text.parse::<Quotas>().unwrap());
    GuardLayer::new(RateLimit::new(limit).clock(clock.clone()).fields(fields))
}

#[test]
fn follows_the_tenth_draft() {
    assert_eq!(Fields::DRAFT, "draft-ietf-httpapi-ratelimit-headers-10");
}

#[tokio::test]
async fn rl_1_and_2_what_is_sent_parses_to_the_same_values() {
    let clock = FakeClock::at_unix(NOW);
    let layer = guard(
        "3/second; 5 per 90 seconds; 4/hour burst 2",
        &clock,
        Fields::standard(),
    );
    for _ in 0..4 {
        let response = ask(&layer).await;
        let policies = parse(field(&response, "ratelimit-policy"));
        let told: Vec<_> = policies
            .iter()
            .map(|policy| {
                (
                    &*policy.name,
                    policy.integer("q").unwrap(),
                    policy.integer("w").unwrap(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("api-second", 3, 1),
                ("api-90s", 5, 90),
                ("api-hour", 4, 3600)
            ]
        );
        let limits = parse(field(&response, "ratelimit"));
        assert_eq!(limits.len(), policies.len());
        for (limit, policy) in limits.iter().zip(&policies) {
            assert_eq!(limit.name, policy.name);
            assert!(limit.integer("r").unwrap() >= 0);
            assert!(limit.integer("t").is_none_or(|t| t >= 0));
        }
        clock.advance(Duration::from_millis(700));
    }
}

#[tokio::test]
async fn rl_1_odd_names_and_numbers_are_strings_and_integers_all_the_same() {
    let clock = FakeClock::at_unix(NOW);
    for name in ["a\"b\\c", "täglich", "a\nb", " ", &"x".repeat(500)] {
        let limit = Limit::new("api", Quota::per_second(u32::MAX).named(name));
        let layer = GuardLayer::new(RateLimit::new(limit).clock(clock.clone()));
        let response = ask(&layer).await;
        let policies = parse(field(&response, "ratelimit-policy"));
        let limits = parse(field(&response, "ratelimit"));
        assert_eq!(policies[0].name, limits[0].name);
        assert_eq!(policies[0].integer("q"), Some(i64::from(u32::MAX)));
    }
}

#[tokio::test]
async fn rl_4_the_policy_is_the_same_on_each_response() {
    let clock = FakeClock::at_unix(NOW);
    let layer = guard("3/second; 100/day", &clock, Fields::standard());
    let first = ask(&layer).await;
    for _ in 0..9 {
        let next = ask(&layer).await;
        let name = "ratelimit-policy";
        assert_eq!(field(&next, name), field(&first, name));
        clock.advance(Duration::from_millis(130));
    }
}

#[tokio::test]
async fn rl_5_retry_after_is_not_before_t_of_any_policy() {
    let clock = FakeClock::at_unix(NOW);
    let jitter = Fields::standard().jitter(Duration::from_secs(30));
    for fields in [Fields::standard(), Fields::standard().capped(), jitter] {
        let layer = guard("2/second; 3/minute; 1000/day", &clock, fields);
        let mut refused = 0;
        for _ in 0..60 {
            let response = ask(&layer).await;
            if response.status() == 429 {
                refused += 1;
                let retry: i64 = field(&response, "retry-after").parse().unwrap();
                assert!(retry > 0);
                let limits = parse(field(&response, "ratelimit"));
                let empty = limits.iter().filter(|limit| limit.integer("r") == Some(0));
                assert!(empty.clone().count() > 0);
                for limit in &limits {
                    assert!(limit.integer("t").is_none_or(|t| t <= retry));
                }
            }
            clock.advance(Duration::from_millis(330));
        }
        assert!(refused > 5);
        clock.advance(Duration::from_secs(86_400));
    }
}

#[tokio::test]
async fn t_is_when_there_is_more() {
    let clock = FakeClock::at_unix(NOW);
    let layer = guard("3/minute", &clock, Fields::standard());
    for expected in [
        r#""api";r=2;t=20"#,
        r#""api";r=1;t=40"#,
        r#""api";r=0;t=20"#,
    ] {
        assert_eq!(field(&ask(&layer).await, "ratelimit"), expected);
    }
    clock.advance(Duration::from_millis(20_001));
    assert_eq!(field(&ask(&layer).await, "ratelimit"), r#""api";r=0;t=20"#);
    clock.advance(Duration::from_millis(500));
    assert_eq!(field(&ask(&layer).await, "ratelimit"), r#""api";r=0;t=20"#);
}

#[tokio::test]
async fn rl_7_what_is_left_over_t_can_be_kept_within_the_rate() {
    let clock = FakeClock::at_unix(NOW);
    let layer = guard("100/minute", &clock, Fields::standard().capped());
    for _ in 0..99 {
        let limits = parse(field(&ask(&layer).await, "ratelimit"));
        let (r, t) = (
            limits[0].integer("r").unwrap(),
            limits[0].integer("t").unwrap(),
        );
        assert!(r * 60 <= t * 100, "r={r} t={t}");
    }
}

#[tokio::test]
async fn rl_7_jitter_only_ever_adds_and_differs() {
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..64 {
        let clock = FakeClock::at_unix(NOW);
        let fields = Fields::standard().jitter(Duration::from_secs(9));
        let layer = guard("1/minute", &clock, fields);
        ask(&layer).await;
        let refused = ask(&layer).await;
        let retry: u64 = field(&refused, "retry-after").parse().unwrap();
        assert!((60..=69).contains(&retry));
        let limits = parse(field(&refused, "ratelimit"));
        assert_eq!(limits[0].integer("t"), i64::try_from(retry).ok());
        seen.insert(retry);
    }
    assert!(seen.len() > 2);
}

#[tokio::test]
async fn rl_8_a_partition_key_is_a_keyed_hash() {
    let clock = FakeClock::at_unix(NOW);
    let pk = async |secret: &str, client: &str| {
        let fields = Fields::standard().partition_key(&SecretBytes::from(secret.as_bytes()));
        let layer = guard("5/minute", &clock, fields);
        let mut request = Request::new(());
        let client = ClientAddr::new(client.parse().unwrap());
        request.extensions_mut().insert(client);
        let response = send(&layer, &Probe::new(), request).await;
        let limits = parse(field(&response, "ratelimit"));
        let (_, pk) = limits[0]
            .parameters
            .iter()
            .find(|(name, _)| name == "pk")
            .unwrap();
        pk.as_byte_sequence().unwrap().to_vec()
    };
    let (one, two) = ("one secret of the service's own", "another one, elsewhere");
    assert_eq!(pk(one, "192.0.2.1").await.len(), 16);
    assert_eq!(pk(one, "192.0.2.1").await, pk(one, "192.0.2.1").await);
    assert_ne!(pk(one, "192.0.2.1").await, pk(one, "192.0.2.2").await);
    assert_ne!(pk(one, "192.0.2.1").await, pk(two, "192.0.2.1").await);
    let fields = Fields::standard().partition_key(&SecretBytes::from(&b"canary"[..]));
    assert!(!format!("{fields:?}").contains("canary"));
}

#[tokio::test]
async fn rl_9_the_legacy_fields_are_sent_by_option() {
    let clock = FakeClock::at_unix(NOW);
    for (fields, limit, reset) in [
        (Fields::standard(), None, None),
        (Fields::none(), None, None),
        (
            Fields::none().legacy(LegacyReset::Delay),
            Some("5"),
            Some("24"),
        ),
        (
            Fields::standard().legacy(LegacyReset::UnixTime),
            Some("5"),
            Some("1700000024"),
        ),
    ] {
        let layer = guard("5/minute; 100/day", &clock, fields);
        ask(&layer).await;
        let response = ask(&layer).await;
        let value = |name| {
            response
                .headers()
                .get(name)
                .map(|value| value.to_str().unwrap())
        };
        assert_eq!(value("x-ratelimit-limit"), limit);
        assert_eq!(value("x-ratelimit-remaining"), limit.map(|_| "3"));
        assert_eq!(value("x-ratelimit-reset"), reset);
    }
}

#[tokio::test]
async fn a_key_for_all_has_no_different_form() {
    let limit = Limit::new("all", Quota::per_hour(9)).key(Key::constant("all"));
    let layer = GuardLayer::new(RateLimit::new(limit).clock(FakeClock::at_unix(NOW)));
    assert_eq!(field(&ask(&layer).await, "ratelimit"), r#""all";r=8;t=400"#);
}

fn corpus(path: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("BARTIZAN_CORPORA") else {
        println!("left out: BARTIZAN_CORPORA is not set");
        return None;
    };
    Some(std::fs::read_to_string(PathBuf::from(folder).join(path)).unwrap())
}

/// The parser that judges ours reads the examples of the draft.
#[test]
fn the_examples_of_the_draft_parse() {
    let Some(text) = corpus("ratelimit-headers/examples.json") else {
        return;
    };
    let examples: serde_json::Value = serde_json::from_str(&text).unwrap();
    let examples = examples["examples"].as_array().unwrap();
    assert_eq!(examples.len(), 44);
    for example in examples {
        let value = example[1].as_str().unwrap();
        let list: Result<List, _> = Parser::new(value).parse();
        assert!(list.is_ok(), "{value}");
    }
}

/// What the names of policies may hold is what strings of structured fields may.
#[tokio::test]
async fn the_strings_of_the_corpus_come_back_as_they_are() {
    let Some(text) = corpus("structured-fields/string.json") else {
        return;
    };
    let records: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for record in records {
        let is_good = record["must_fail"].as_bool() != Some(true);
        let Some(expected) = record["expected"][0].as_str().filter(|_| is_good) else {
            continue;
        };
        let limit = Limit::new("api", Quota::per_second(1).named(expected));
        let layer = GuardLayer::new(RateLimit::new(limit));
        let response = ask(&layer).await;
        assert_eq!(parse(field(&response, "ratelimit"))[0].name, expected);
        compared += 1;
    }
    assert!(compared > 3);
}
