//! What each server must answer before it is measured: one that lets everything
//! pass would be fast.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::failure::{Context, Failure};

/// How long a server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The page that may call the service, as the servers know it.
pub(super) const ORIGIN: &str = "https://app.example.com";

/// Tokens of somebody with the role that `/protected` asks for, and of somebody
/// without it.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) user: String,
    pub(super) stranger: String,
}

/// What a server promises of `/protected`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing.
    Open,
    /// To send the fields of one that is secured, and nothing more.
    Marked,
    /// To refuse those who may not.
    Secured,
}

/// Asks a server for what its role in the comparison promises.
///
/// # Errors
///
/// It answers otherwise.
pub(super) fn check(address: &str, role: Role, tokens: &Tokens) -> Result<(), Failure> {
    let forged = forged(&tokens.user);
    let secured = |status| if role == Role::Secured { status } else { 200 };
    for (path, token, expected) in [
        ("/plain", None, 200),
        ("/protected", Some(&tokens.user), 200),
        ("/protected", None, secured(401)),
        ("/protected", Some(&forged), secured(401)),
        ("/protected", Some(&tokens.stranger), secured(403)),
    ] {
        let answer = ask(address, path, token.map(String::as_str), ORIGIN)?;
        if answer.status != Some(expected) {
            let found = answer.status.unwrap_or(0);
            return Err(Failure::new(format!(
                "GET {path} was answered {found} instead of {expected}"
            )));
        }
    }

    for (origin, is_allowed) in [
        (ORIGIN, role != Role::Open),
        ("https://evil.example", false),
    ] {
        let answer = ask(address, "/protected", Some(&tokens.user), origin)?;
        if answer.allows(origin) != is_allowed {
            return Err(Failure::new(format!(
                "a page of {origin} may read the answer or may not, against what is set"
            )));
        }
    }
    Ok(())
}

/// The token with another signature, of the same length.
fn forged(token: &str) -> String {
    match token.rsplit_once('.') {
        Some((signed, signature)) => {
            let other = if signature.starts_with('A') { 'B' } else { 'A' };
            let rest: String = signature.chars().skip(1).collect();
            format!("{signed}.{other}{rest}")
        }
        None => String::new(),
    }
}

#[derive(Debug)]
struct Answer {
    status: Option<u16>,
    head: String,
}

impl Answer {
    fn parse(text: &str) -> Self {
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let status = head.split(' ').nth(1);
        Self {
            status: status.and_then(|status| status.parse().ok()),
            head: head.to_owned(),
        }
    }

    /// Whether a browser would let a page of `origin` read it.
    fn allows(&self, origin: &str) -> bool {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut allowed = fields
            .filter(|(name, _)| name.eq_ignore_ascii_case("access-control-allow-origin"))
            .map(|(_, value)| value.trim());
        allowed.any(|value| value == origin || value == "*")
    }
}

fn ask(address: &str, path: &str, token: Option<&str>, origin: &str) -> Result<Answer, Failure> {
    let mut stream = TcpStream::connect(address).context(address)?;
    stream.set_read_timeout(Some(PATIENCE)).context(address)?;
    let token = token.map(|token| format!("authorization: Bearer {token}\r\n"));
    let token = token.unwrap_or_default();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\norigin: {origin}\r\n{token}\
         connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).context(address)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).context(address)?;
    Ok(Answer::parse(&answer))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn a_server_that_answers_everything_is_bare() {
        let everything = |_: &str| "HTTP/1.1 200 OK";

        assert!(checked(Role::Open, everything).is_ok());
        let failure = checked(Role::Secured, everything).unwrap_err().to_string();
        assert_eq!(failure, "GET /protected was answered 200 instead of 401");
    }

    #[test]
    fn a_marked_server_sends_the_fields_and_refuses_nobody() {
        let everything = |_: &str| "HTTP/1.1 200 OK";
        let marked =
            |_: &str| "HTTP/1.1 200 OK\r\naccess-control-allow-origin: https://app.example.com";

        assert!(checked(Role::Marked, marked).is_ok());
        for (role, answer) in [
            (Role::Marked, everything as fn(&str) -> &'static str),
            (Role::Marked, secured),
            (Role::Open, marked),
        ] {
            assert!(checked(role, answer).is_err(), "{role:?}");
        }
    }

    #[test]
    fn a_secured_server_refuses_each_that_it_has_to() {
        assert!(checked(Role::Secured, secured).is_ok());
        assert!(checked(Role::Open, secured).is_err());
        for (forgets, failure) in [
            ("forged", "GET /protected was answered 200 instead of 401"),
            ("role", "GET /protected was answered 200 instead of 403"),
        ] {
            let found = checked(Role::Secured, move |request: &str| {
                let is_forged = request.contains("Bearer a.b.A");
                let is_stranger = request.contains("Bearer c.");
                match forgets {
                    "forged" if is_forged => "HTTP/1.1 200 OK",
                    "role" if is_stranger => "HTTP/1.1 200 OK",
                    _ => secured(request),
                }
            });
            assert_eq!(found.unwrap_err().to_string(), failure);
        }
        let everyones = checked(Role::Secured, |request: &str| match secured(request) {
            "HTTP/1.1 200 OK" => "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *",
            other => other,
        });
        assert!(everyones.unwrap_err().to_string().contains("evil.example"));
    }

    fn secured(request: &str) -> &'static str {
        if request.starts_with("GET /plain") {
            "HTTP/1.1 200 OK"
        } else if request.contains("Bearer a.b.c") {
            if request.contains("https://app.example.com") {
                "HTTP/1.1 200 OK\r\naccess-control-allow-origin: https://app.example.com"
            } else {
                "HTTP/1.1 200 OK"
            }
        } else if request.contains("Bearer c.") {
            "HTTP/1.1 403 Forbidden"
        } else {
            "HTTP/1.1 401 Unauthorized"
        }
    }

    fn checked(
        role: Role,
        answer: impl Fn(&str) -> &'static str + Send + 'static,
    ) -> Result<(), Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = String::new();
                while !request.ends_with("\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).unwrap();
                    request.push(char::from(byte[0]));
                }
                let answer = format!("{}\r\n\r\n", answer(&request));
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let tokens = Tokens {
            user: "a.b.c".to_owned(),
            stranger: "c.b.a".to_owned(),
        };
        check(&address, role, &tokens)
    }
}
