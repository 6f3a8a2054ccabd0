use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bartizan_core::{BoxError, BoxFuture, RequestHead};
use http::HeaderValue;

use crate::origin::{OriginSet, Parts};
use crate::pass::Bare;
use crate::preflight::{Answers, Terms};
use crate::vary::Vary;
use crate::{CorsBuilder, CorsProblem, CredentialRisk, InvalidCors, Origin, OriginPattern};
use crate::{names, suffix};

/// A predicate on origins.
pub(crate) type Ask = Arc<dyn Fn(&Origin, RequestHead<'_>) -> bool + Send + Sync>;

/// A predicate on origins that may wait.
pub(crate) type AskLater =
    Arc<dyn Fn(&Origin, RequestHead<'_>) -> BoxFuture<Result<bool, BoxError>> + Send + Sync>;

/// A checked configuration, with every field that it needs written out.
pub(crate) struct Config {
    pub(crate) any_origin: bool,
    pub(crate) origins: OriginSet,
    pub(crate) asks: Vec<Ask>,
    pub(crate) ask_later: Option<AskLater>,
    pub(crate) credentials: bool,
    insecure_origins: bool,
    pub(crate) enforce_origin: bool,
    pub(crate) expose: Option<HeaderValue>,
    pub(crate) vary: Vary,
    pub(crate) answers: Answers,
    pub(crate) bare: Bare,
    /// Whether it was reported that something further in speaks CORS as well.
    pub(crate) is_stacked: AtomicBool,
}

const ANY: &str = "*";

const MAX_AGE: std::ops::RangeInclusive<i64> = -1..=86_400;

impl Config {
    pub(crate) fn compile(builder: &CorsBuilder) -> Result<Self, InvalidCors> {
        let mut check = Check {
            builder,
            problems: Vec::new(),
        };
        let patterns = check.origins();
        let methods = check.methods();
        let request_headers = check.request_headers();
        let expose = check.expose_headers();
        let max_age = check.max_age();
        let vary = check.vary();
        check.enforcement();
        let mut origins = OriginSet::default();
        for pattern in &patterns {
            if let Err(fault) = origins.add(pattern) {
                let value = pattern.to_string();
                check.problems.push(CorsProblem::Origin { value, fault });
            }
        }
        if !check.problems.is_empty() {
            return Err(InvalidCors::new(check.problems));
        }
        let any_origin = check.is_any_origin();
        let vary = Vary::new(any_origin, vary);
        let answers = Answers::new(&Terms {
            any_origin,
            credentials: builder.credentials,
            any_method: has_any(&builder.methods),
            methods,
            any_request_header: has_any(&builder.request_headers),
            request_headers,
            max_age,
            vary: vary.preflight(),
        });
        let mut config = Self {
            any_origin,
            origins,
            asks: builder.asks.clone(),
            ask_later: builder.ask_later.clone(),
            credentials: builder.credentials,
            insecure_origins: builder.insecure_origins,
            enforce_origin: builder.enforce_origin,
            expose: expose.and_then(|names| HeaderValue::try_from(names).ok()),
            vary,
            answers,
            bare: Bare::default(),
            is_stacked: AtomicBool::new(false),
        };
        config.write_bare();
        Ok(config)
    }

    /// Returns whether predicates may be asked about an origin: with credentials, they
    /// allow no more of it than a list could.
    pub(crate) fn may_be_asked(&self, origin: Parts<'_>) -> bool {
        !self.credentials
            || self.insecure_origins
            || origin.scheme == "https"
            || origin.is_loopback()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("any_origin", &self.any_origin)
            .field("origins", &self.origins)
            .field("credentials", &self.credentials)
            .field("expose", &self.expose)
            .field("enforce_origin", &self.enforce_origin)
            .finish_non_exhaustive()
    }
}

/// Looks at everything, and keeps what is wrong.
struct Check<'a> {
    builder: &'a CorsBuilder,
    problems: Vec<CorsProblem>,
}

impl Check<'_> {
    fn is_any_origin(&self) -> bool {
        has_any(&self.builder.origins)
    }

    fn origins(&mut self) -> Vec<OriginPattern> {
        let builder = self.builder;
        let asks = !builder.asks.is_empty() || builder.ask_later.is_some();
        if builder.origins.is_empty() && !asks {
            self.problems.push(CorsProblem::NoOrigin);
        }
        if self.is_any_origin() && (asks || builder.origins.iter().any(|o| o != ANY)) {
            self.problems.push(CorsProblem::OriginBesideAny);
        }
        let mut patterns = Vec::new();
        for value in &builder.origins {
            match value.parse::<OriginPattern>() {
                Ok(pattern) => {
                    if let Some(risk) = self.risk(&pattern) {
                        let value = value.clone();
                        let problem = CorsProblem::OriginWithCredentials { value, risk };
                        self.problems.push(problem);
                    }
                    patterns.push(pattern);
                }
                Err(fault) => {
                    let value = value.clone();
                    self.problems.push(CorsProblem::Origin { value, fault });
                }
            }
        }
        patterns
    }

    fn risk(&self, pattern: &OriginPattern) -> Option<CredentialRisk> {
        let builder = self.builder;
        if !builder.credentials {
            return None;
        }
        let Some(rule) = pattern.rule() else {
            return Some(CredentialRisk::AnyOrigin);
        };
        if rule.is_loopback {
            return None;
        }
        if &*rule.scheme != "https" && !builder.insecure_origins {
            return Some(CredentialRisk::Insecure);
        }
        let is_public = rule.subdomains && suffix::is_public(&rule.host);
        (is_public && !builder.insecure_public_suffixes).then_some(CredentialRisk::PublicSuffix)
    }

    fn methods(&mut self) -> Vec<String> {
        let mut methods = BTreeSet::new();
        for value in self.builder.methods.iter().filter(|method| *method != ANY) {
            match names::method(value) {
                Ok(method) => {
                    methods.insert(method.to_owned());
                }
                Err(fault) => {
                    let value = value.clone();
                    self.problems.push(CorsProblem::Method { value, fault });
                }
            }
        }
        methods.retain(|method| !names::SAFELISTED_METHODS.contains(&method.as_str()));
        methods.into_iter().collect()
    }

    fn request_headers(&mut self) -> Vec<String> {
        let mut headers = BTreeSet::new();
        for value in self
            .builder
            .request_headers
            .iter()
            .filter(|name| *name != ANY)
        {
            match names::request_header(value) {
                Ok(name) => {
                    headers.insert(name);
                }
                Err(fault) => {
                    let value = value.clone();
                    self.problems
                        .push(CorsProblem::RequestHeader { value, fault });
                }
            }
        }
        headers.into_iter().collect()
    }

    fn expose_headers(&mut self) -> Option<String> {
        let mut headers = BTreeSet::new();
        for value in self
            .builder
            .expose_headers
            .iter()
            .filter(|name| *name != ANY)
        {
            match names::response_header(value) {
                Ok(name) => {
                    headers.insert(name);
                }
                Err(fault) => {
                    let value = value.clone();
                    self.problems
                        .push(CorsProblem::ResponseHeader { value, fault });
                }
            }
        }
        if has_any(&self.builder.expose_headers) {
            if self.builder.credentials {
                self.problems.push(CorsProblem::ExposeAllWithCredentials);
            }
            // `*` leaves out `Authorization` in responses, too.
            headers.retain(|name| name == "authorization");
            headers.insert(ANY.to_owned());
        }
        headers.retain(|name| !names::is_always_exposed(name));
        let headers: Vec<_> = headers.into_iter().collect();
        (!headers.is_empty()).then(|| headers.join(","))
    }

    fn max_age(&mut self) -> Option<i64> {
        let seconds = self.builder.max_age?;
        if !MAX_AGE.contains(&seconds) {
            self.problems.push(CorsProblem::MaxAge { seconds });
        }
        Some(seconds.max(0))
    }

    fn vary(&mut self) -> Vec<String> {
        let mut headers = BTreeSet::new();
        for value in &self.builder.vary {
            if let Ok(name) = names::header(value) {
                headers.insert(name);
            } else {
                let value = value.clone();
                self.problems.push(CorsProblem::Vary { value });
            }
        }
        headers.remove("origin");
        headers.into_iter().collect()
    }

    fn enforcement(&mut self) {
        if self.builder.enforce_origin && self.is_any_origin() {
            self.problems.push(CorsProblem::EnforceAnyOrigin);
        }
    }
}

fn has_any(values: &[String]) -> bool {
    values.iter().any(|value| value == ANY)
}
