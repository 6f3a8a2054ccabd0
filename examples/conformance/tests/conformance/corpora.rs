//! The vectors of others, through the program.

use std::path::PathBuf;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::server::ask;

fn corpus(path: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("BARTIZAN_CORPORA") else {
        println!("left out, since BARTIZAN_CORPORA is not set: {path}");
        return None;
    };
    let path = PathBuf::from(folder).join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_str(&text).unwrap())
}

/// Labels that are not to be followed: two of valid tokens labelled invalid, two that
/// contradict others twice each, and two that are outside of the alphabet.
const SKIPPED: [u64; 6] = [346, 347, 350, 351, 367, 370];
const REFUSED: [u64; 2] = [372, 373];

#[test]
fn signatures_of_wycheproof_come_out_as_labelled() {
    let Some(vectors) = corpus("wycheproof/json_web_signature_test.json") else {
        return;
    };
    let (mut questions, mut labels) = (Vec::new(), Vec::new());
    for group in vectors["testGroups"].as_array().unwrap() {
        let jwk = group.get("public").unwrap_or(&group["private"]);
        for test in group["tests"].as_array().unwrap() {
            let id = test["tcId"].as_u64().unwrap();
            let (jwk, jws) = with_a_secret(jwk, &test["jws"]);
            let mut question = json!({"op": "verify-jws", "id": id, "jwk": jwk, "jws": jws});
            if let Some(algorithm) = jwk.get("alg") {
                question["algorithms"] = json!([algorithm]);
            }
            questions.push(question);
            labels.push((id, test["result"] == "valid"));
        }
    }
    let answers = ask(&questions);
    let mut followed = 0;
    for (answer, (id, is_valid)) in answers.iter().zip(&labels) {
        assert_eq!(answer["id"], *id);
        if SKIPPED.contains(id) {
            continue;
        }
        if REFUSED.contains(id) {
            assert_eq!(answer["valid"], false, "{answer}");
        } else {
            assert_eq!(answer["valid"], *is_valid, "{answer}");
            followed += 1;
        }
    }
    assert_eq!((followed, labels.len()), (393, 401));
}

/// One key is all zeros, which is taken for no secret: what is signed with it, rightly,
/// is signed with another instead.
fn with_a_secret(jwk: &Value, jws: &Value) -> (Value, Value) {
    let is_zero = |k: &str| k.bytes().all(|byte| byte == b'A');
    let (Some(true), Some(token)) = (jwk["k"].as_str().map(is_zero), jws.as_str()) else {
        return (jwk.clone(), jws.clone());
    };
    let secret = b"0123456789abcdef0123456789abcdef";
    let mut jwk = jwk.clone();
    jwk["k"] = URL_SAFE_NO_PAD.encode(secret).into();
    let jws = match token.rsplit_once('.') {
        Some((signed, tag)) if tag == mac(&[0; 32], signed) => {
            format!("{signed}.{}", mac(secret, signed)).into()
        }
        _ => jws.clone(),
    };
    (jwk, jws)
}

pub(crate) fn signed(header: &str, payload: &[u8], secret: &[u8]) -> String {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let signed = format!("{}.{}", encode(header.as_bytes()), encode(payload));
    format!("{signed}.{}", mac(secret, &signed))
}

fn mac(secret: &[u8], signed: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()))
}

#[test]
fn the_table_of_throttled_is_followed() {
    let Some(table) = corpus("gcra/gcra_table.json") else {
        return;
    };
    let rows = table["rows"].as_array().unwrap();
    assert_eq!((&table["rate"], rows.len()), (&json!("1/s"), 16));
    let requests: Vec<_> = rows
        .iter()
        .map(|row| json!({"now_ms": row["now_ms"], "cost": row["volume"]}))
        .collect();
    for store in ["exact", "memory"] {
        let question = json!({
            "op": "gcra", "limit": 1, "period_ms": 1000, "burst": table["limit"],
            "store": store, "requests": requests,
        });
        let answer = ask(&[question]).remove(0);
        let decisions = answer["decisions"].as_array().unwrap();
        assert_eq!(decisions.len(), rows.len());
        for (decision, row) in decisions.iter().zip(rows) {
            assert_eq!(
                decision["allowed"] == false,
                row["limited"],
                "{store}: {row}"
            );
            assert_eq!(decision["remaining"], row["remaining"], "{store}: {row}");
            let retry = match &decision["retry_ms"] {
                Value::Null => -1.0,
                retry => retry.as_f64().unwrap(),
            };
            // The table of the layer counts in ticks, here of about 4 ms.
            let ticks = if store == "exact" { 0.0 } else { 8.4 };
            for (name, time) in [
                ("reset_ms", decision["reset_ms"].as_f64().unwrap()),
                ("retry_ms", retry),
            ] {
                let expected = row[name].as_f64().unwrap();
                assert!((time - expected).abs() <= ticks, "{store}: {time} in {row}");
            }
        }
    }
}

#[test]
fn hashes_of_the_reference_verify_and_no_others() {
    let Some(vectors) = corpus("phc-argon2/encoded_hashes.json") else {
        return;
    };
    let hashes = vectors["hashes"].as_array().unwrap();
    let refused = vectors["verify_calls_seen"].as_array().unwrap();
    let right = hashes.iter().map(
        |row| json!({"op": "verify-password", "hash": row["encoded"], "password": row["pwd"]}),
    );
    let wrong = refused
        .iter()
        .map(|row| json!({"op": "verify-password", "hash": row[0], "password": row[1]}));
    let answers = ask(&right.chain(wrong).collect::<Vec<_>>());
    for (at, answer) in answers.iter().enumerate() {
        assert_eq!(answer["valid"], at < 26, "row {at}: {answer}");
    }
    assert_eq!(answers.len(), 34);
}

#[test]
fn origins_of_jub0bs_are_never_read_in_another_way() {
    let Some(corpus) = corpus("cors-tables/jub0bs-origins.json") else {
        return;
    };
    let rows = corpus[0].as_array().unwrap();
    let questions: Vec<_> = rows
        .iter()
        .map(|row| json!({"op": "origin", "text": written_out(&row["input"])}))
        .collect();
    let mut stricter = 0;
    for (answer, row) in ask(&questions).iter().zip(rows) {
        if answer["valid"] == true {
            let want = &row["want"];
            assert_eq!(answer["scheme"], want["Scheme"], "{row}");
            let host = answer["host"].as_str().unwrap();
            assert_eq!(host.trim_matches(['[', ']']), want["Host"], "{row}");
            assert_eq!(answer["port"].as_u64(), want["Port"].as_u64(), "{row}");
        } else if row["failure"] != true {
            // What no browser sends; the tests of the crate say why, row by row.
            stricter += 1;
        }
    }
    assert_eq!((rows.len(), stricter), (40, 16));
}

#[test]
fn patterns_of_jub0bs_are_read_and_refused_as_there() {
    let Some(corpus) = corpus("cors-tables/jub0bs-origin-patterns.json") else {
        return;
    };
    let rows = corpus[0].as_array().unwrap();
    let questions: Vec<_> = rows
        .iter()
        .map(|row| {
            let pattern = written_out(&row["input"]);
            let origin = pattern.replace("*.", "a.").replace(":*", ":1234");
            json!({"op": "origin-pattern", "pattern": pattern, "origin": origin})
        })
        .collect();
    for (answer, row) in ask(&questions).iter().zip(rows) {
        // Read here, since it is how browsers write such an address.
        if row["desc"] == "IPv4-mapped IPv6" {
            continue;
        }
        let is_valid = row["failure"] != true;
        assert_eq!(answer["valid"], is_valid, "{row}: {answer}");
        assert_eq!(answer["matches"] == true, is_valid, "{row}: {answer}");
    }
    assert_eq!(rows.len(), 75);
}

/// Puts in what the rows only name.
fn written_out(input: &Value) -> String {
    let call = |name: &str, with: &str| format!("{{'$call': '{name}', 'args': '{with}'}}");
    let labels = [
        "b".repeat(59),
        "c".repeat(63),
        "c".repeat(63),
        "c".repeat(63),
    ];
    let text = input.as_str().unwrap();
    let text = text.replace(
        &call("strings.Repeat", "(\"a\",maxHostLen+1)"),
        &"a".repeat(254),
    );
    let text = text.replace(
        &call("strings.Repeat", "(\"a\",maxHostLen)"),
        &"a".repeat(253),
    );
    let text = text.replace(&call("strconv.Itoa", "(maxPort+1)"), "65536");
    let text = text.replace(&call("strconv.Itoa", "(maxPort)"), "65535");
    text.replace("validHostOf251chars", &labels.join("."))
}
