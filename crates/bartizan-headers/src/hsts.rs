use std::time::Duration;

use http::HeaderValue;

use crate::InvalidValue;

/// The value of `Strict-Transport-Security` ([RFC 6797, section 6.1]).
///
/// The default is two years with all subdomains, without preload.
///
/// ```
/// use std::time::Duration;
///
/// use bartizan_headers::{Hsts, SecurityHeaders};
///
/// let month = Duration::from_secs(30 * 86_400);
/// let headers = SecurityHeaders::api().hsts(Hsts::default().max_age(month))?;
/// # Ok::<(), bartizan_headers::InvalidValue>(())
/// ```
///
/// [RFC 6797, section 6.1]: https://www.rfc-editor.org/rfc/rfc6797#section-6.1
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub struct Hsts {
    max_age: Duration,
    subdomains: bool,
    preload: bool,
}

impl Hsts {
    /// The least that the preload lists of browsers accept, and OWASP ASVS 3.4.1.
    const YEAR: Duration = Duration::from_secs(31_536_000);

    /// Sets how long a browser remembers to use TLS alone. Default: two years.
    ///
    /// Zero makes it forget. Less than a year is for trying out: it is below what
    /// OWASP ASVS 3.4.1 asks for.
    pub const fn max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// Leaves the subdomains out.
    ///
    /// They then stay open to being reached, and their cookies to being set, without
    /// TLS.
    pub const fn insecure_without_subdomains(self) -> Self {
        Self {
            subdomains: false,
            ..self
        }
    }

    /// Agrees to be put on the preload lists of browsers, which takes months to undo.
    pub const fn preload(self) -> Self {
        Self {
            preload: true,
            ..self
        }
    }

    pub(crate) fn value(self) -> Result<HeaderValue, InvalidValue> {
        if self.preload && !self.subdomains {
            return Err(invalid("preload takes all subdomains"));
        }
        if self.preload && self.max_age < Self::YEAR {
            return Err(invalid("preload takes a max-age of at least a year"));
        }
        if self.max_age.subsec_nanos() > 0 {
            return Err(invalid("max-age is a whole number of seconds"));
        }
        let mut value = format!("max-age={}", self.max_age.as_secs());
        if self.subdomains {
            value.push_str("; includeSubDomains");
        }
        if self.preload {
            value.push_str("; preload");
        }
        HeaderValue::try_from(value).map_err(|_| invalid("not a header value"))
    }
}

impl Default for Hsts {
    fn default() -> Self {
        Self {
            max_age: Self::YEAR * 2,
            subdomains: true,
            preload: false,
        }
    }
}

fn invalid(problem: &str) -> InvalidValue {
    InvalidValue::new("strict-transport-security", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_was_asked_for() {
        let year = Hsts::default().max_age(Hsts::YEAR);
        let cases = [
            (Hsts::default(), Ok("max-age=63072000; includeSubDomains")),
            (
                Hsts::default().preload(),
                Ok("max-age=63072000; includeSubDomains; preload"),
            ),
            (year.insecure_without_subdomains(), Ok("max-age=31536000")),
            (
                Hsts::default().max_age(Duration::ZERO),
                Ok("max-age=0; includeSubDomains"),
            ),
            (
                year.preload().insecure_without_subdomains(),
                Err("preload takes all subdomains"),
            ),
            (
                year.max_age(Hsts::YEAR - Duration::from_secs(1)).preload(),
                Err("preload takes a max-age of at least a year"),
            ),
            (
                year.max_age(Duration::from_millis(1500)),
                Err("max-age is a whole number of seconds"),
            ),
        ];

        for (hsts, expected) in cases {
            let made = hsts.value();
            match expected {
                Ok(expected) => assert_eq!(made.unwrap(), expected),
                Err(expected) => assert_eq!(made.unwrap_err().problem(), expected),
            }
        }
    }
}
