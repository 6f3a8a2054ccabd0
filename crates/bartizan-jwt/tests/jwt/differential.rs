//! Every token is also judged by jsonwebtoken: where the two differ, a stricter
//! rule of this crate says why.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bartizan_jwt::{Algorithm, Claims, TokenError, Verifier};
use jsonwebtoken::{DecodingKey, Validation};
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::support::{AUDIENCE, ISSUER, encode, hs256, secret};

/// Something that a token may have, and the rule of this crate, if any, that is
/// stricter about it than the oracle.
#[derive(Clone, Copy, Debug)]
struct Part {
    json: &'static str,
    stricter: Option<TokenError>,
}

const fn same(json: &'static str) -> Part {
    Part {
        json,
        stricter: None,
    }
}

const fn stricter(json: &'static str, rule: TokenError) -> Part {
    Part {
        json,
        stricter: Some(rule),
    }
}

const HEADERS: &[Part] = &[
    same(r#"{"alg":"HS256"}"#),
    same(r#"{"alg":"HS256","typ":"JWT"}"#),
    same(r#"{"typ":"jwt","alg":"HS256","kid":"any"}"#),
    same(r#"{"alg":"HS256","x":{"y":[1,2]},"jku":"https://evil.test"}"#),
    same(r#"{"alg":"none"}"#),
    same(r#"{"alg":"hs256"}"#),
    same(r#"{"alg":"HS384"}"#),
    same(r#"{"alg":"RS256"}"#),
    same(r#"{"alg":1}"#),
    same(r#"{"typ":"JWT"}"#),
    same(r#"{"alg":"HS256","alg":"HS256"}"#),
    same("[]"),
    same(""),
    // RFC 8725 section 3.11: a token of another kind.
    stricter(r#"{"alg":"HS256","typ":"at+jwt"}"#, TokenError::Type),
    stricter(r#"{"alg":"HS256","typ":""}"#, TokenError::Type),
    // RFC 7515 section 4.1.11: an extension that is not understood.
    stricter(
        r#"{"alg":"HS256","crit":["exp"],"exp":1}"#,
        TokenError::Critical,
    ),
    stricter(r#"{"alg":"HS256","crit":[]}"#, TokenError::Critical),
    stricter(r#"{"alg":"HS256","b64":false}"#, TokenError::Critical),
    stricter(r#"{"alg":"HS256","zip":"DEF"}"#, TokenError::Critical),
    // RFC 7515 section 4: members are unique, and have types.
    stricter(r#"{"alg":"HS256","x":1,"x":2}"#, TokenError::Header),
    stricter(r#"{"alg":"HS256","x":{"y":1,"y":2}}"#, TokenError::Header),
    stricter(r#"{"alg":"HS256","typ":null}"#, TokenError::Header),
    stricter(r#"{"alg":"HS256","kid":null}"#, TokenError::Header),
];

const ISSUERS: &[Part] = &[
    same(r#""iss":"https://id.example","#),
    same(r#""i\u0073s":"https://id.example","#),
    same(r#""iss":"https://evil.test","#),
    same(r#""iss":"","#),
    same(r#""iss":1,"#),
    same(""),
    // One issuer: an array is no `StringOrURI` (RFC 7519 section 4.1.1).
    stricter(r#""iss":["https://id.example"],"#, TokenError::Claims),
    stricter(
        r#""iss":["https://evil.test","https://id.example"],"#,
        TokenError::Claims,
    ),
];

const AUDIENCES: &[Part] = &[
    same(r#""aud":"https://api.example","#),
    same(r#""aud":["https://api.example"],"#),
    same(r#""aud":["x","https://api.example"],"#),
    same(r#""aud":"https://api.example/","#),
    same(r#""aud":[],"#),
    same(r#""aud":["x"],"#),
    same(r#""aud":1,"#),
    same(r#""aud":null,"#),
    same(r#""aud":["https://api.example",1],"#),
    same(""),
];

/// `@` is now, in seconds.
const TIMES: &[Part] = &[
    same(r#""exp":@+3600,"#),
    same(r#""exp":@+10,"#),
    same(r#""exp":@-10,"#),
    same(r#""exp":@-60,"#),
    same(r#""exp":0,"#),
    same(r#""exp":"@+3600","#),
    same(r#""exp":null,"#),
    same(r#""exp":true,"#),
    same(r#""exp":{},"#),
    same(""),
    same(r#""exp":@+3600,"nbf":@-3600,"#),
    same(r#""exp":@+3600,"nbf":@+10,"#),
    same(r#""exp":@+3600,"nbf":@+60,"#),
    same(r#""exp":@+3600,"nbf":"@-60","#),
    same(r#""exp":@+3600,"nbf":[],"#),
    same(r#""exp":@+3600,"iat":@-60,"#),
    same(r#""exp":@+3600,"iat":0.5,"#),
    same(r#""exp":9007199254740992,"#),
    same(r#""exp":1e30,"#),
    same(r#""exp":@+3600,"nbf":-1,"#),
    same(r#""exp":@+3600,"nbf":-0.5,"#),
    same(r#""exp":@+3600,"nbf":null,"#),
    same(r#""exp":@+3600,"exp":@+3600,"#),
    same(r#""exp":0,"exp":@+3600,"#),
    // Not exact in every parser (RFC 7519 section 2, I-JSON).
    stricter(r#""exp":9007199254740993,"#, TokenError::Claims),
    // The oracle does not look at `iat`.
    stricter(r#""exp":@+3600,"iat":@+60,"#, TokenError::IssuedInFuture),
    stricter(r#""exp":@+3600,"iat":"@","#, TokenError::Claims),
    stricter(r#""exp":@+3600,"iat":null,"#, TokenError::Claims),
];

const OTHERS: &[Part] = &[
    same(r#""sub":"alice""#),
    same(r#""sub":"alice","x":{"y":[{"z":null}]},"é":"\ud83d\ude00""#),
    same(r#""sub":"alice","roles":["admin"],"scope":"read""#),
    same(r#""sub":"alice","x":"#),
    same(r#""sub":"alice","x":1e999"#),
    same(r#""sub":"alice","sub":"mallory""#),
    same(r#""sub":"alice","s\u0075b":"mallory""#),
    // The subject is a string (RFC 7519 section 4.1.2), and so is the id.
    stricter(r#""sub":7"#, TokenError::Claims),
    stricter(r#""sub":null"#, TokenError::Claims),
    stricter(r#""sub":"alice","jti":7"#, TokenError::Claims),
    // What authorizes must be well formed.
    stricter(
        r#""sub":"alice","roles":{"admin":true}"#,
        TokenError::Claims,
    ),
    stricter(r#""sub":"alice","scope":7"#, TokenError::Claims),
    // Members are unique, at any depth.
    stricter(r#""sub":"alice","x":[{"y":1,"y":2}]"#, TokenError::Claims),
];

/// Reads every claim, as the oracle does: those that nobody reads are skipped.
fn ours(token: &str) -> Result<Claims<Map<String, Value>>, TokenError> {
    let verifier = Verifier::builder(hs256().verifying_key(), [Algorithm::HS256]);
    let verifier = verifier
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .leeway(Duration::from_secs(30));
    verifier.build().unwrap().verify(token)
}

fn theirs(token: &str) -> Result<Map<String, Value>, jsonwebtoken::errors::Error> {
    let mut validation = Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.leeway = 30;
    validation.validate_nbf = true;
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    // Naming them does not make them required.
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    let key = DecodingKey::from_secret(secret().expose_secret());
    jsonwebtoken::decode(token, &key, &validation).map(|token| token.claims)
}

fn signed(header: &str, payload: &str) -> String {
    let signed = format!(
        "{}.{}",
        encode(header.as_bytes()),
        encode(payload.as_bytes())
    );
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret().expose_secret());
    let tag = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", encode(tag.as_ref()))
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// Puts the time in: `@`, `@+60`, `@-60`.
fn dated(times: &str) -> String {
    let mut dated = String::new();
    let mut rest = times;
    while let Some((before, after)) = rest.split_once('@') {
        dated += before;
        let end = after
            .find(|c: char| !matches!(c, '+' | '-' | '0'..='9'))
            .unwrap_or(after.len());
        let offset: i64 = after[..end].parse().unwrap_or(0);
        dated += &now().saturating_add_signed(offset).to_string();
        rest = &after[end..];
    }
    dated + rest
}

fn token([header, issuer, audience, times, others]: [Part; 5]) -> String {
    let payload = [issuer.json, audience.json, &dated(times.json), others.json].concat();
    signed(header.json, &format!("{{{payload}}}"))
}

fn judge(parts: [Part; 5]) {
    let token = token(parts);
    match (ours(&token), theirs(&token)) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours.subject.as_deref(), theirs["sub"].as_str());
            assert_eq!(ours.issuer.as_deref(), theirs["iss"].as_str());
        }
        (Err(_), Err(_)) => {}
        (Err(error), Ok(_)) => {
            let mut rules = parts.iter().filter_map(|part| part.stricter);
            assert!(rules.any(|rule| rule == error), "{error:?}: {parts:?}");
        }
        (Ok(_), Err(error)) => {
            panic!("taken, though the oracle says {error}: {parts:?}")
        }
    }
}

/// Each part on its own, with nothing else wrong: so a stricter rule is not there
/// for nothing, and none is missing.
#[test]
fn each_difference_is_a_stricter_rule() {
    let plain = [HEADERS[0], ISSUERS[0], AUDIENCES[0], TIMES[0], OTHERS[0]];
    for (at, table) in [HEADERS, ISSUERS, AUDIENCES, TIMES, OTHERS]
        .into_iter()
        .enumerate()
    {
        for part in table {
            let mut parts = plain;
            parts[at] = *part;
            judge(parts);
            if let Some(rule) = part.stricter {
                let token = token(parts);
                assert_eq!(ours(&token), Err(rule), "{part:?}");
                assert!(theirs(&token).is_ok(), "{part:?}");
            }
        }
    }
}

fn one_of(table: &'static [Part]) -> impl Strategy<Value = Part> {
    prop::sample::select(table)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn tokens_of_any_parts_come_out_as_the_oracle_says(
        header in one_of(HEADERS),
        issuer in one_of(ISSUERS),
        audience in one_of(AUDIENCES),
        times in one_of(TIMES),
        others in one_of(OTHERS),
    ) {
        judge([header, issuer, audience, times, others]);
    }

    #[test]
    fn changed_tokens_come_out_as_the_oracle_says(
        at in any::<prop::sample::Index>(),
        removed in 0..3_usize,
        inserted in "[A-Za-z0-9_.=+/ -]{0,3}",
    ) {
        let payload = dated(
            r#"{"iss":"https://id.example","aud":"https://api.example","exp":@+60,"sub":"a"}"#,
        );
        let token = signed(r#"{"alg":"HS256"}"#, &payload);
        let at = at.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(at..(at + removed).min(token.len()), &inserted);

        prop_assert_eq!(ours(&changed).is_ok(), theirs(&changed).is_ok(), "{}", &changed);
        prop_assert_eq!(ours(&changed).is_ok(), changed == token);
    }

    #[test]
    fn any_text_comes_out_as_the_oracle_says(token: String) {
        prop_assert!(ours(&token).is_err() && theirs(&token).is_err());
    }
}
