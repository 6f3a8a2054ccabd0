use std::sync::Arc;

use bartizan_core::{BoxError, BoxFuture, Guard, Rejection, RequestHead, Verdict};
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderValue, Method, Response};

use crate::config::Config;
use crate::denial::Denial;
use crate::origin::{MAX_LEN, Parts};
use crate::pass::{CorsPass, Mark};
use crate::preflight::set_origin;
use crate::{Cors, Origin};

impl Guard for Cors {
    type Pass = CorsPass;

    fn name(&self) -> &'static str {
        "cors"
    }

    #[inline]
    fn check(&self, head: RequestHead<'_>) -> Verdict<CorsPass> {
        let replaced = self.config.replaced();
        let config = replaced.as_deref().unwrap_or(self.config.first());
        let mut origins = head.headers().get_all(ORIGIN).iter();
        let Some(first) = origins.next() else {
            return passed(config, Mark::Plain);
        };
        // Two origins are none: whoever is asked might look at either.
        let origin = Some(first).filter(|_| origins.next().is_none());
        let is_preflight = *head.method() == Method::OPTIONS
            && head.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if is_preflight {
            preflight(config, origin, head)
        } else {
            actual(config, origin, head)
        }
    }
}

/// What is known of an origin without waiting.
enum Judged {
    /// It does not matter.
    Any,
    Allowed(HeaderValue),
    Denied,
    Later(HeaderValue, BoxFuture<Result<bool, BoxError>>),
}

fn actual(
    config: &Arc<Config>,
    origin: Option<&HeaderValue>,
    head: RequestHead<'_>,
) -> Verdict<CorsPass> {
    match judge(config, origin, head) {
        Judged::Any => passed(config, Mark::Any),
        Judged::Allowed(origin) => passed(config, Mark::Allowed(origin)),
        Judged::Denied => denied(config),
        Judged::Later(origin, answer) => {
            let config = Arc::clone(config);
            Verdict::Wait(Box::pin(async move {
                match answer.await {
                    Ok(true) => Verdict::Pass(CorsPass::new(config, Mark::Allowed(origin))),
                    Ok(false) => denied(&config),
                    Err(error) => failed(&config, error),
                }
            }))
        }
    }
}

#[inline]
fn passed(config: &Arc<Config>, mark: Mark) -> Verdict<CorsPass> {
    Verdict::Pass(CorsPass::new(Arc::clone(config), mark))
}

fn denied(config: &Arc<Config>) -> Verdict<CorsPass> {
    if config.enforce_origin {
        Verdict::Reject(Denial::Origin.into_rejection(config.vary.value()))
    } else {
        passed(config, Mark::Denied)
    }
}

fn failed(config: &Config, error: BoxError) -> Verdict<CorsPass> {
    let rejection = Rejection::unavailable("cors-origin-unknown", error);
    Verdict::Reject(match config.vary.value() {
        Some(vary) => rejection.field(http::header::VARY, vary.clone()),
        None => rejection,
    })
}

fn preflight(
    config: &Arc<Config>,
    origin: Option<&HeaderValue>,
    head: RequestHead<'_>,
) -> Verdict<CorsPass> {
    let judged = judge(config, origin, head);
    if let Judged::Denied = judged {
        return refused(config, Denial::Origin);
    }
    let mut response = match config.answers.judge(head.headers()) {
        Ok(response) => response,
        Err(denial) => return refused(config, denial),
    };
    match judged {
        Judged::Any => Verdict::Respond(response),
        Judged::Allowed(origin) => {
            set_origin(&mut response, origin);
            Verdict::Respond(response)
        }
        Judged::Denied => refused(config, Denial::Origin),
        Judged::Later(origin, answer) => later(Arc::clone(config), response, origin, answer),
    }
}

fn later(
    config: Arc<Config>,
    mut response: Response<()>,
    origin: HeaderValue,
    answer: BoxFuture<Result<bool, BoxError>>,
) -> Verdict<CorsPass> {
    Verdict::Wait(Box::pin(async move {
        match answer.await {
            Ok(true) => {
                set_origin(&mut response, origin);
                Verdict::Respond(response)
            }
            Ok(false) => refused(&config, Denial::Origin),
            Err(error) => failed(&config, error),
        }
    }))
}

fn refused(config: &Config, denial: Denial) -> Verdict<CorsPass> {
    Verdict::Reject(denial.into_rejection(Some(&config.vary.preflight())))
}

fn judge(config: &Config, origin: Option<&HeaderValue>, head: RequestHead<'_>) -> Judged {
    if config.any_origin {
        return Judged::Any;
    }
    let Some(origin) = origin else {
        return Judged::Denied;
    };
    let bytes = origin.as_bytes();
    if bytes.len() > MAX_LEN {
        return Judged::Denied;
    }
    if let Some(value) = config.origins.exact(bytes) {
        return Judged::Allowed(value.clone());
    }
    let asks = !config.asks.is_empty() || config.ask_later.is_some();
    if !asks && !config.origins.has_patterns() {
        return Judged::Denied;
    }
    let parts = str::from_utf8(bytes)
        .ok()
        .and_then(|text| Parts::parse(text).ok());
    let Some(parts) = parts else {
        return Judged::Denied;
    };
    if config.origins.matches(parts) {
        return Judged::Allowed(origin.clone());
    }
    if !asks || !config.may_be_asked(parts) {
        return Judged::Denied;
    }
    ask(config, Origin::of_field(origin, parts), head)
}

fn ask(config: &Config, origin: Origin, head: RequestHead<'_>) -> Judged {
    if config.asks.iter().any(|ask| ask(&origin, head)) {
        return Judged::Allowed(origin.into_value());
    }
    match &config.ask_later {
        Some(ask) => {
            let answer = ask(&origin, head);
            Judged::Later(origin.into_value(), answer)
        }
        None => Judged::Denied,
    }
}
