//! The example `axum-api` as it is, which serves its own routes in its own way.

use std::process::Command;

use crate::failure::Failure;
use crate::json::{self, Json};

use super::super::contract::{self, Tokens};

/// Package and program.
pub(super) const NAME: &str = "axum-api";

/// What its address follows.
pub(super) const ANNOUNCEMENT: &str = "listening on http://";

const PREFIX: &str = "AXUM_API_";
const USER: &str = "alice";
/// It guards nothing, for as long as a benchmark takes.
const PASSWORD: &str = "known-to-all-who-read-the-bench";

/// Quotas that no benchmark uses up, a token that outlives it, the origin that is sent
/// to all servers, and otherwise what it does by itself.
const SETTINGS: [(&str, &str); 7] = [
    ("AXUM_API_ADDRESS_QUOTA", "100000000/minute"),
    ("AXUM_API_CORS_ORIGINS", contract::ORIGIN),
    ("AXUM_API_LISTEN", "127.0.0.1:0"),
    ("AXUM_API_PRINCIPAL_QUOTA", "100000000/minute"),
    ("AXUM_API_TOKEN_SECONDS", "86400"),
    ("AXUM_API_USERS__ADMIN__PASSWORD", PASSWORD),
    ("AXUM_API_USERS__ALICE__PASSWORD", PASSWORD),
];

/// Sets what the server is to do, whatever it is told elsewhere.
pub(super) fn configure(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with(PREFIX)) {
            command.env_remove(name);
        }
    }
    command.envs(SETTINGS);
}

/// Logs in, as clients do, and returns the token with one that is not the server's.
///
/// # Errors
///
/// It issues no token.
pub(super) fn log_in(address: &str, foreign: &str) -> Result<Tokens, Failure> {
    let form = format!("grant_type=password&username={USER}&password={PASSWORD}");
    let request = format!(
        "POST /token HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = contract::exchange(address, &request)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let token = json::parse(body).ok().and_then(|body| {
        let token = body.get("access_token").and_then(Json::as_text)?;
        Some(token.to_owned())
    });
    match token {
        Some(user) => Ok(Tokens {
            user,
            stranger: foreign.to_owned(),
        }),
        None => {
            let status = head.lines().next().unwrap_or("nothing");
            Err(Failure::new(format!(
                "the login was answered with `{status}`"
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::contract::tests::serve;
    use super::*;

    #[test]
    fn takes_the_token_of_a_login() {
        let address = serve(|request| {
            let is_login = request.starts_with("POST /token ")
                && request.contains("content-type: application/x-www-form-urlencoded");
            if is_login {
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n\
                 {\"access_token\":\"a.b.c\",\"token_type\":\"Bearer\"}"
            } else {
                "HTTP/1.1 400 Bad Request"
            }
        });

        let tokens = log_in(&address, "x.y.z").unwrap();

        assert_eq!((&*tokens.user, &*tokens.stranger), ("a.b.c", "x.y.z"));
    }

    #[test]
    fn a_login_without_a_token_is_a_failure() {
        for answer in [
            "HTTP/1.1 429 Too Many Requests",
            "HTTP/1.1 429 Too Many Requests\r\n\r\n{\"access_token\":7}",
        ] {
            let address = serve(move |_| answer);
            let failure = log_in(&address, "x").unwrap_err().to_string();
            assert_eq!(
                failure,
                "the login was answered with `HTTP/1.1 429 Too Many Requests`"
            );
        }
    }

    /// It ends at once over a setting that it does not know.
    #[test]
    fn the_example_has_these_settings_and_routes() {
        let shell = crate::shell::Shell::new(std::time::Duration::ZERO).unwrap();
        let read = |file: &str| std::fs::read_to_string(shell.root().join(file)).unwrap();
        let main = read("examples/axum-api/src/main.rs");
        for (name, _) in SETTINGS {
            assert!(main.contains(&format!("`{name}`")), "{name}");
        }
        let paths = read("examples/axum-api/src/paths.rs");
        for path in ["/admin", "/healthz", "/protected", "/token"] {
            assert!(paths.contains(&format!("\"{path}\"")), "{path}");
        }
    }

    #[test]
    fn sets_all_that_it_needs() {
        let mut command = Command::new("axum-api");

        configure(&mut command);

        let set: Vec<_> = command
            .get_envs()
            .filter(|(_, value)| value.is_some())
            .collect();
        assert_eq!(set.len(), SETTINGS.len());
    }
}
