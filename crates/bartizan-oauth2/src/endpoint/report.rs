use std::error::Error as _;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use bartizan_core::{ClientAddr, Outcome, Rejection};
use http::request::Parts;
use tracing::{Level, event};

use crate::{Client, GrantType};

/// What is sure of a request by the time that it is decided on.
#[derive(Default)]
pub(super) struct Known {
    pub(super) client: Option<Client>,
    pub(super) grant_type: Option<GrantType>,
    pub(super) subject: Option<String>,
}

/// Reports a decision as the guards' default observer does: failures are errors,
/// the rest `INFO`, since each is an attempt to log in.
///
/// The user name of an attempt that failed is left out: people type passwords
/// there.
pub(super) fn report(
    head: &Parts,
    known: &Known,
    rejection: Option<&Rejection>,
    latency: Duration,
) {
    let outcome = match rejection {
        None => Outcome::Passed,
        Some(rejection) if rejection.is_failure() => Outcome::Failed,
        Some(_) => Outcome::Rejected,
    };
    macro_rules! report {
        ($level:expr) => {
            event!(
                target: "bartizan",
                $level,
                guard = "token-endpoint",
                outcome = outcome.as_str(),
                slug = rejection.map(Rejection::slug),
                method = head.method.as_str(),
                path = ?head.uri.path(),
                subject = known.subject.as_ref().map(tracing::field::debug),
                client = client(head).map(tracing::field::display),
                client_id = known.client.as_ref().map(|c| tracing::field::debug(c.id())),
                grant_type = known.grant_type.map(GrantType::as_str),
                latency_us = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX),
                reason = rejection.map(|r| tracing::field::display(Chain(r))),
                "decided"
            )
        };
    }
    match outcome {
        Outcome::Failed => report!(Level::ERROR),
        _ => report!(Level::INFO),
    }
}

fn client(head: &Parts) -> Option<IpAddr> {
    head.extensions
        .get::<ClientAddr>()
        .map(|client| client.ip())
}

/// A rejection with all its causes, on one line.
struct Chain<'a>(&'a Rejection);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {}", error.to_string().escape_debug())?;
            source = error.source();
        }
        Ok(())
    }
}
