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
/// without it; for the example, of a user and of another server's.
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
    /// The same on the routes that the example has: nobody whom it has let in is a
    /// stranger to `/protected`, but to `/admin`, and no route of it is without guards.
    Example,
}

/// Asks a server for what its role in the comparison promises.
///
/// # Errors
///
/// It answers otherwise.
pub(super) fn check(address: &str, role: Role, tokens: &Tokens) -> Result<(), Failure> {
    let forged = forged(&tokens.user);
    let (user, stranger) = (Some(&*tokens.user), Some(&*tokens.stranger));
    let is_example = role == Role::Example;
    let secured = |status| match role {
        Role::Open | Role::Marked => 200,
        Role::Secured | Role::Example => status,
    };
    let open = if is_example { "/healthz" } else { "/plain" };
    let (path, token) = if is_example {
        ("/admin", user)
    } else {
        ("/protected", stranger)
    };
    let foreign = is_example.then_some(("/protected", stranger, 401));
    let promises = [
        (open, None, 200),
        ("/protected", user, 200),
        ("/protected", None, secured(401)),
        ("/protected", Some(&*forged), secured(401)),
        (path, token, secured(403)),
    ];
    for (path, token, expected) in promises.into_iter().chain(foreign) {
        let answer = ask(address, path, token, ORIGIN)?;
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
    let token = token.map(|token| format!("authorization: Bearer {token}\r\n"));
    let token = token.unwrap_or_default();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {address}\r\norigin: {origin}\r\n{token}\
         connection: close\r\n\r\n"
    );
    Ok(Answer::parse(&exchange(address, &request)?))
}

/// Sends a request that asks for the connection to be closed, and returns the answer.
///
/// # Errors
///
/// The server does not answer, or not in time, or not in text.
pub(super) fn exchange(address: &str, request: &str) -> Result<String, Failure> {
    let mut stream = TcpStream::connect(address).context(address)?;
    stream.set_read_timeout(Some(PATIENCE)).context(address)?;
    stream.write_all(request.as_bytes()).context(address)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).context(address)?;
    Ok(answer)
}

#[cfg(test)]
pub(super) mod tests {
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

    /// The token of another server is no stranger's: nobody knows whose it is.
    #[test]
    fn the_example_refuses_by_its_own_routes() {
        let example = |request: &str| {
            if request.starts_with("GET /healthz") {
                "HTTP/1.1 200 OK"
            } else if request.starts_with("GET /admin") {
                "HTTP/1.1 403 Forbidden"
            } else if request.contains("Bearer c.") {
                "HTTP/1.1 401 Unauthorized"
            } else {
                secured(request)
            }
        };
        assert!(checked(Role::Example, example).is_ok());
        assert!(checked(Role::Secured, example).is_err());
        for (forgets, failure) in [
            ("GET /admin", "GET /admin was answered 200 instead of 403"),
            (
                "Bearer c.",
                "GET /protected was answered 200 instead of 401",
            ),
        ] {
            let found = checked(Role::Example, move |request: &str| {
                if request.contains(forgets) {
                    "HTTP/1.1 200 OK"
                } else {
                    example(request)
                }
            });
            assert_eq!(found.unwrap_err().to_string(), failure);
        }
    }

    fn checked(
        role: Role,
        answer: impl Fn(&str) -> &'static str + Send + 'static,
    ) -> Result<(), Failure> {
        let tokens = Tokens {
            user: "a.b.c".to_owned(),
            stranger: "c.b.a".to_owned(),
        };
        check(&serve(answer), role, &tokens)
    }

    /// Answers by the head of each request, after it has read the rest as well: a
    /// connection that is closed before that is broken off.
    pub(in super::super) fn serve(
        answer: impl Fn(&str) -> &'static str + Send + 'static,
    ) -> String {
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
                let length = request.split("content-length: ").nth(1);
                let length = length.and_then(|rest| rest.lines().next()?.parse().ok());
                let mut body = vec![0; length.unwrap_or(0)];
                stream.read_exact(&mut body).unwrap();
                let answer = format!("{}\r\n\r\n", answer(&request));
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }
}
