//! No secret is in any log line, response or error.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::http::{Request, base64, encoded, get, post};
use crate::keys::claims;
use crate::server::{ADMIN, ALICE, Ended, Server, login, misspelt};

const WRONG: &str = "wr0ng-password-canary";

#[test]
fn asvs_16_2_5_no_secret_is_logged_sent_or_printed() {
    for format in ["text", "json"] {
        let server = Server::start_with(&[
            ("AXUM_API_LOG_LEVEL", Some("trace")),
            ("AXUM_API_LOG", Some(format)),
        ]);
        let (alice, admin) = (server.token("alice"), server.token("admin"));
        let keys = [server.key_of("alice", "{}"), server.key_of("admin", "{}")].map(|key| key.0);
        let forged = format!("{}x", alice.trim_end_matches(char::is_alphanumeric));
        let tokens = [alice.as_str(), &admin, &forged];

        let mut answers = Vec::new();
        for request in requests(&tokens).into_iter().chain(with_keys(&keys)) {
            answers.push(server.send(&request));
        }
        // The log names who was refused: here nothing but the masker is in between.
        for password in [ALICE, ADMIN] {
            let token = server.key.signer().sign(claims(password)).unwrap();
            let answer = server.send(&get("/admin").bearer(&token));
            assert_eq!(answer.status, 403, "{answer:?}");
            answers.push(answer);
        }

        let der = server.key.der.clone();
        // PKCS#8 of Ed25519 ends in the 32 bytes that are the secret.
        let seed = &der[der.len() - 32..];
        let mut secrets = vec![
            ("key in PEM", STANDARD.encode(&der)),
            ("key in base64url", URL_SAFE_NO_PAD.encode(seed)),
            ("key in base64", STANDARD.encode(seed)),
            ("key in hex", hex(seed)),
        ];
        for password in [ALICE, ADMIN, WRONG] {
            secrets.push(("password", password.to_owned()));
            secrets.push(("password in base64", STANDARD_NO_PAD.encode(password)));
            secrets.push(("password in base64url", URL_SAFE_NO_PAD.encode(password)));
            secrets.push(("password in a form", encoded(password)));
            secrets.push(("password in a form", encoded(password).to_lowercase()));
            secrets.push(("password in a path", escaped(password)));
            secrets.push(("password in hex", hex(password.as_bytes())));
            let debug = inner(&format!("{password:?}"));
            secrets.push(("password in JSON", in_json(password)));
            secrets.push(("password in debug output in JSON", in_json(&debug)));
            secrets.push(("password in debug output", debug));
            for user in ["alice", "admin", "mallory"] {
                let joined = format!("{user}:{password}");
                secrets.push((
                    "credentials",
                    base64(&joined).trim_end_matches('=').to_owned(),
                ));
                secrets.push(("credentials", joined));
            }
        }
        server.welcome();
        let Ended { printed, log, .. } = server.end();
        assert!(log.lines().count() > 40, "{log}");
        if format == "json" {
            // Masking leaves JSON what it is.
            let is_json = |line: &str| serde_json::from_str::<Value>(line).is_ok();
            let broken: Vec<_> = log.lines().filter(|line| !is_json(line)).collect();
            assert!(broken.is_empty(), "{broken:?}");
        }
        assert!(
            log.contains("invalid-token") && log.contains("invalid_grant"),
            "{log}"
        );

        for (what, secret) in &secrets {
            assert!(!log.contains(secret), "{what} in the log:\n{log}");
            assert!(!printed.contains(secret), "{what} was printed:\n{printed}");
            for answer in &answers {
                assert!(!answer.raw.contains(secret), "{what} in {answer:?}");
            }
        }
        for key in &keys {
            // The prefix, the environment and the id are no secret.
            let secret = key.rsplit('_').next().unwrap();
            assert_eq!(secret.len(), 36);
            assert!(!log.contains(secret), "an API key in the log:\n{log}");
            for answer in &answers {
                assert!(!answer.raw.contains(secret), "an API key in {answer:?}");
            }
        }
        for token in tokens {
            let signature = token.rsplit('.').next().unwrap();
            let payload = token.split('.').nth(1).unwrap();
            for part in [token, payload, signature]
                .into_iter()
                .filter(|part| part.len() > 8)
            {
                assert!(!log.contains(part), "a token in the log:\n{log}");
                for answer in &answers {
                    assert!(!answer.raw.contains(part), "a token in {answer:?}");
                }
            }
        }
    }
}

/// All routes, with credentials that are right, wrong, and in the wrong place.
fn requests(tokens: &[&str]) -> Vec<Request> {
    let mut requests = Vec::new();
    for path in [
        "/protected",
        "/admin",
        "/basic",
        "/healthz",
        "/error",
        "/items",
        "/nowhere",
    ] {
        for method in ["GET", "POST"] {
            let request = || get(path).method(method);
            requests.push(request());
            requests.push(request().header("authorization", WRONG));
            requests.push(request().header("authorization", &format!("Bearer {WRONG}")));
            for password in [ALICE, ADMIN, WRONG] {
                for user in ["alice", "admin", "mallory"] {
                    requests.push(request().basic(user, password));
                }
                requests.push(get(&format!("{path}?password={}", encoded(password))));
                requests.push(get(&format!("{path}?password={}", escaped(password))));
                requests.push(request().header("authorization", &format!("Basic x:{password}")));
                requests.push(request().header("x-password", password));
            }
            for token in tokens {
                requests.push(request().bearer(token));
                requests.push(request().bearer(token).bearer(token));
                requests.push(get(&format!("{path}?access_token={token}")));
                requests.push(request().header("cookie", &format!("session={token}")));
            }
        }
    }
    for user in ["alice", "admin", "mallory"] {
        requests.push(login(user, WRONG));
        // The user's name in place of the password, and the other way round.
        requests.push(login(WRONG, user));
    }
    requests.push(login(ALICE, "x"));
    requests.push(login("alice", ALICE).method("PUT"));
    requests.push(login("alice", &format!("{ALICE}\n")));
    requests.push(login("alice", ALICE).basic("demo", WRONG));
    for password in [ALICE, ADMIN, WRONG] {
        requests.push(post("/token").json(&json!({ "password": password }).to_string()));
        requests.push(post("/token").form(&format!("password={}", escaped(password))));
        for wrong in [json!({ "name": [password] }), json!(password)] {
            requests.push(post("/items").bearer(tokens[0]).json(&wrong.to_string()));
        }
        requests.push(post("/items").bearer(tokens[0]).json(password));
    }
    requests.push(post("/token").form(&format!("grant_type={WRONG}")));
    requests
}

/// Keys, where they belong and where they do not, good ones and broken ones.
fn with_keys(keys: &[String]) -> Vec<Request> {
    let mut requests = Vec::new();
    for key in keys {
        let broken = misspelt(key);
        for path in [
            "/protected",
            "/admin",
            "/items",
            "/keys",
            "/limited",
            "/nowhere",
        ] {
            for method in ["GET", "POST"] {
                let request = || get(path).method(method);
                for key in [key, &broken] {
                    requests.push(request().api_key(key));
                    requests.push(request().api_key(key).api_key(key));
                    requests.push(request().bearer(key));
                    requests.push(request().header("authorization", &format!("ApiKey {key}")));
                    requests.push(request().header("x-other", key));
                    requests.push(request().basic("alice", key));
                    requests.push(request().header("cookie", &format!("key={key}")));
                    requests.push(get(&format!("{path}?api_key={key}")));
                    requests.push(get(&format!("{path}/{key}")));
                }
            }
        }
        requests.push(login("alice", key));
        requests.push(post("/items").api_key(key).json(key));
    }
    requests
}

/// Writes what has a meaning in URLs in another way, and the rest as it is.
fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn in_json(text: &str) -> String {
    inner(&Value::from(text).to_string())
}

/// Strips the quotes.
fn inner(quoted: &str) -> String {
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap().to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
