use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use http::HeaderValue;

use crate::Realm;

/// Says how to authenticate: one `WWW-Authenticate` line
/// ([RFC 9110, section 11.6.1]).
///
/// Every value is sent as a quoted string with `"` and `\` escaped, and a name
/// occurs once.
///
/// # Example
///
/// ```
/// use bartizan_core::{Challenge, Realm};
///
/// let realm: Realm = r#"the "front" gate"#.parse()?;
/// assert_eq!(
///     Challenge::basic(&realm).to_string(),
///     r#"Basic realm="the \"front\" gate", charset="UTF-8""#,
/// );
/// assert_eq!(
///     Challenge::api_key(&realm).to_string(),
///     r#"ApiKey realm="the \"front\" gate""#,
/// );
/// # Ok::<(), bartizan_core::InvalidRealm>(())
/// ```
///
/// [RFC 9110, section 11.6.1]: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    scheme: Cow<'static, str>,
    params: Vec<(Cow<'static, str>, Cow<'static, str>)>,
}

impl Challenge {
    /// Creates a challenge of any scheme.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidChallenge::Scheme`] when `scheme` is not a token.
    pub fn new(scheme: &str) -> Result<Self, InvalidChallenge> {
        if is_token(scheme) {
            Ok(Self::known(scheme.to_owned().into()))
        } else {
            Err(InvalidChallenge::Scheme)
        }
    }

    /// Creates the challenge of HTTP Basic, which asks for UTF-8
    /// ([RFC 7617, section 2.1]).
    ///
    /// [RFC 7617, section 2.1]: https://www.rfc-editor.org/rfc/rfc7617#section-2.1
    #[must_use]
    pub fn basic(realm: &Realm) -> Self {
        Self::known("Basic".into())
            .set("realm", realm.as_str().to_owned())
            .set("charset", "UTF-8")
    }

    /// Creates the challenge of Bearer tokens ([RFC 6750, section 3]).
    ///
    /// [RFC 6750, section 3]: https://www.rfc-editor.org/rfc/rfc6750#section-3
    #[must_use]
    pub fn bearer(realm: &Realm) -> Self {
        Self::known("Bearer".into()).set("realm", realm.as_str().to_owned())
    }

    /// Creates the challenge of API keys, `ApiKey`, which is of common use and no
    /// registered scheme.
    #[must_use]
    pub fn api_key(realm: &Realm) -> Self {
        Self::known("ApiKey".into()).set("realm", realm.as_str().to_owned())
    }

    /// Adds a parameter.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidChallenge::Name`] when `name` is not a token,
    /// [`InvalidChallenge::Repeated`] when the challenge has it already, and
    /// [`InvalidChallenge::Value`] when `value` is not printable ASCII.
    pub fn param(mut self, name: &str, value: &str) -> Result<Self, InvalidChallenge> {
        if !is_token(name) {
            return Err(InvalidChallenge::Name);
        }
        if self
            .params
            .iter()
            .any(|(n, _)| n.eq_ignore_ascii_case(name))
        {
            return Err(InvalidChallenge::Repeated);
        }
        if !value.chars().all(|c| matches!(c, ' '..='~')) {
            return Err(InvalidChallenge::Value);
        }
        self.params
            .push((name.to_owned().into(), value.to_owned().into()));
        Ok(self)
    }

    /// Adds `error` and `error_description` ([RFC 6750, section 3]).
    ///
    /// Characters that the RFC does not allow there are sent as `?`, and an empty
    /// description not at all.
    ///
    /// [RFC 6750, section 3]: https://www.rfc-editor.org/rfc/rfc6750#section-3
    #[must_use]
    pub fn error(self, code: &'static str, description: &str) -> Self {
        let challenge = self.set("error", allowed_in_error(code));
        if description.is_empty() {
            return challenge;
        }
        challenge.set("error_description", allowed_in_error(description))
    }

    /// Adds `scope`: the scopes that the request needs, separated by spaces.
    ///
    /// What is not a scope token ([RFC 6749, section 3.3]) is left out, and the
    /// parameter when nothing is left.
    ///
    /// [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
    #[must_use]
    pub fn scope<'a>(self, scopes: impl IntoIterator<Item = &'a str>) -> Self {
        let mut list = String::new();
        for scope in scopes.into_iter().filter(|scope| is_scope_token(scope)) {
            if !list.is_empty() {
                list.push(' ');
            }
            list.push_str(scope);
        }
        if list.is_empty() {
            return self;
        }
        self.set("scope", list)
    }

    /// Returns the name of the scheme.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Returns the value of the parameter called `name`, in any letter case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut params = self.params.iter();
        let (_, value) = params.find(|(n, _)| n.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// Returns the field value.
    #[must_use]
    pub fn to_value(&self) -> HeaderValue {
        // Only printable ASCII can have come in, which is always a field value.
        HeaderValue::try_from(self.to_string())
            .unwrap_or_else(|_| HeaderValue::from_static("Bearer"))
    }

    fn known(scheme: Cow<'static, str>) -> Self {
        Self {
            scheme,
            params: Vec::new(),
        }
    }

    fn set(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.params.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.params.push((name.into(), value.into()));
        self
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scheme)?;
        for (index, (name, value)) in self.params.iter().enumerate() {
            f.write_str(if index == 0 { " " } else { ", " })?;
            write!(f, "{name}=\"")?;
            for c in value.chars() {
                if matches!(c, '"' | '\\') {
                    f.write_str("\\")?;
                }
                write!(f, "{c}")?;
            }
            f.write_str("\"")?;
        }
        Ok(())
    }
}

/// The parts given for a [`Challenge`] cannot be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidChallenge {
    /// The name of a parameter is not a token.
    Name,
    /// A parameter is there already.
    Repeated,
    /// The name of the scheme is not a token.
    Scheme,
    /// A value holds something other than printable ASCII.
    Value,
}

impl Error for InvalidChallenge {}

impl fmt::Display for InvalidChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "parameter name is not a token",
            Self::Repeated => "parameter is there already",
            Self::Scheme => "scheme is not a token",
            Self::Value => "parameter value holds something other than printable ASCII",
        })
    }
}

/// Returns whether `s` is a token ([RFC 9110, section 5.6.2]).
///
/// [RFC 9110, section 5.6.2]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
fn is_token(s: &str) -> bool {
    let is_tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !s.is_empty() && s.bytes().all(is_tchar)
}

fn is_scope_token(s: &str) -> bool {
    !s.is_empty()
        && s.bytes()
            .all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

fn allowed_in_error(s: &str) -> String {
    s.chars()
        .map(|c| match c {
            '\x20' | '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e' => c,
            _ => '?',
        })
        .collect()
}
