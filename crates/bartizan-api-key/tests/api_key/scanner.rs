//! Secret scanners find issued keys, and nothing else.

use std::num::NonZeroUsize;

use bartizan_api_key::{ApiKeys, KeyFormat, MemoryApiKeyStore};
use regex::Regex;

use crate::support::{Fixture, format, grant, peppers};

#[test]
fn the_pattern_matches_issued_keys_as_a_whole() {
    for (prefix, environment) in [("acme", "live"), ("a", "b"), ("k8s", "staging2")] {
        let format = KeyFormat::new(prefix, environment).unwrap();
        let pattern = Regex::new(&format.scanner().pattern()).unwrap();
        let fixture = Fixture::made(|clock| {
            let keys = ApiKeys::new(format.clone(), peppers(), MemoryApiKeyStore::new());
            keys.clock(clock)
                .max_per_owner(NonZeroUsize::new(1000).unwrap())
        });
        for _ in 0..200 {
            let key = fixture.issue(grant()).into_key();
            let key = key.expose_secret();
            for text in [
                key.to_owned(),
                format!("KEY={key}\n"),
                format!("x-api-key: {key}"),
                format!("\"{key}\","),
                format!("https://example.com/?key={key}&x=1"),
                format!("Authorization: ApiKey {key}\r\n"),
                // Escaped, and part of a longer word.
                format!("key%3D{key}%26x"),
                format!(r"first\n{key}\n"),
                format!(r"first\t{key}\u0022"),
                format!("TOKEN_{key}_2026"),
                format!("x{key}"),
                format!("{key}0"),
                format!("{key}{key}"),
            ] {
                let found = pattern.find(&text).map(|found| found.as_str());
                assert_eq!(found, Some(key), "{text}");
            }
            for text in [
                key.replacen('_', "-", 1),
                key[1..].into(),
                key[..key.len() - 1].into(),
            ] {
                assert!(!pattern.is_match(&text), "{text}");
            }
        }
    }
}

#[test]
fn the_rule_for_gitleaks_is_toml_with_what_a_rule_needs() {
    let format = format("live");
    let rule = format.scanner().gitleaks_rule();
    let parsed: toml::Table = toml::from_str(&rule).unwrap();
    let rule = parsed["rules"][0].as_table().unwrap();

    assert_eq!(rule["id"].as_str(), Some("acme-live-api-key"));
    assert_eq!(
        rule["regex"].as_str(),
        Some(format.scanner().pattern().as_str())
    );
    assert_eq!(rule["keywords"][0].as_str(), Some("acme_live_"));
    assert!(rule["description"].is_str());
    assert_eq!((parsed.len(), rule.len()), (1, 4));
}

#[test]
fn the_detector_for_trufflehog_has_name_keywords_and_pattern() {
    assert_eq!(
        format("live").scanner().trufflehog_detector(),
        "detectors:\n  \
           - name: acme-live-api-key\n    \
             keywords:\n      \
               - acme_live_\n    \
             regex:\n      \
               key: 'acme_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{36}'\n"
    );
}
