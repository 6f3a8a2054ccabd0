mod source;

use std::fmt;
use std::str::FromStr;

use http::HeaderValue;

use self::source::Sources;
use crate::InvalidValue;

/// The value of `Content-Security-Policy`: directives with their sources, each
/// checked when it is added.
///
/// ```
/// use bartizan_headers::{ContentSecurityPolicy, SecurityHeaders};
///
/// let policy = ContentSecurityPolicy::new()
///     .directive("default-src", ["'none'"])?
///     .directive("img-src", ["'self'", "https://cdn.example.com"])?
///     .directive("frame-ancestors", ["'none'"])?;
/// let headers = SecurityHeaders::api().content_security_policy(policy)?;
///
/// // Without its quotes, it would be the host called "self".
/// assert!(ContentSecurityPolicy::new().directive("img-src", ["self"]).is_err());
/// # Ok::<(), bartizan_headers::InvalidValue>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[must_use]
pub struct ContentSecurityPolicy {
    directives: Vec<(&'static str, String)>,
}

impl ContentSecurityPolicy {
    /// Creates a policy without directives, which allows everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the directive `name` with its `sources`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidValue`] when no directive has the name, when the policy has
    /// it already, and when a source is not one: a keyword without its quotes or
    /// misspelt, `'none'` beside others, anything with white space, `;` or `,` in it,
    /// or not ASCII. A nonce is refused as well: the policy is the same for all
    /// responses, and a nonce has to be another in each, so the handler sets that
    /// policy itself.
    pub fn directive<I>(mut self, name: &str, sources: I) -> Result<Self, InvalidValue>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let known = DIRECTIVES.iter().find(|(known, _)| *known == name);
        let Some(&(name, kind)) = known else {
            let name = name.escape_debug();
            return Err(invalid(format!("no directive is called \"{name}\"")));
        };
        if self.directives.iter().any(|(present, _)| *present == name) {
            return Err(invalid(format!("{name} is there twice")));
        }
        let sources = Sources::join(sources, kind)
            .map_err(|problem| invalid(format!("{name}: {problem}")))?;
        self.directives.push((name, sources));
        Ok(self)
    }

    pub(crate) fn value(&self) -> Result<HeaderValue, InvalidValue> {
        if self.directives.is_empty() {
            return Err(invalid("it has no directives, and so allows everything"));
        }
        HeaderValue::try_from(self.to_string()).map_err(|_| invalid("not a header value"))
    }
}

/// Reads a policy as it stands in the header.
impl FromStr for ContentSecurityPolicy {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let mut policy = Self::new();
        let directives = text.split(';').map(str::trim);
        for directive in directives.filter(|directive| !directive.is_empty()) {
            let mut words = directive.split_ascii_whitespace();
            let name = words.next().unwrap_or_default();
            policy = policy.directive(name, words)?;
        }
        if policy.directives.is_empty() {
            return Err(invalid("it has no directives, and so allows everything"));
        }
        Ok(policy)
    }
}

/// Writes the policy as it stands in the header, in the order of its making.
impl fmt::Display for ContentSecurityPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, sources)) in self.directives.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            let space = if sources.is_empty() { "" } else { " " };
            write!(f, "{separator}{name}{space}{sources}")?;
        }
        Ok(())
    }
}

fn invalid(problem: impl Into<String>) -> InvalidValue {
    InvalidValue::new("content-security-policy", problem)
}

/// What may follow the name of a directive.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// Origins, `'self'` and `'none'`: no scripts, hashes or nonces.
    Ancestors,
    /// Nothing.
    Empty,
    /// A name or names of its own grammar: tokens.
    Tokens,
    /// The source list of a fetch directive.
    Sources,
}

/// The directives of CSP Level 3, without those that are deprecated, and of Trusted
/// Types.
const DIRECTIVES: &[(&str, Kind)] = &[
    ("base-uri", Kind::Sources),
    ("child-src", Kind::Sources),
    ("connect-src", Kind::Sources),
    ("default-src", Kind::Sources),
    ("font-src", Kind::Sources),
    ("form-action", Kind::Sources),
    ("frame-ancestors", Kind::Ancestors),
    ("frame-src", Kind::Sources),
    ("img-src", Kind::Sources),
    ("manifest-src", Kind::Sources),
    ("media-src", Kind::Sources),
    ("object-src", Kind::Sources),
    ("report-to", Kind::Tokens),
    ("require-trusted-types-for", Kind::Tokens),
    ("sandbox", Kind::Tokens),
    ("script-src", Kind::Sources),
    ("script-src-attr", Kind::Sources),
    ("script-src-elem", Kind::Sources),
    ("style-src", Kind::Sources),
    ("style-src-attr", Kind::Sources),
    ("style-src-elem", Kind::Sources),
    ("trusted-types", Kind::Tokens),
    ("upgrade-insecure-requests", Kind::Empty),
    ("worker-src", Kind::Sources),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_and_writes_the_same() {
        let policies = [
            "default-src 'none'; frame-ancestors 'none'",
            "default-src 'self'; img-src 'self' data: https://cdn.example.com:8443/a/*.png",
            "script-src 'sha256-RFWPLDbv2BY+rCkDzsE+0fr8ylGr2R2faWMhq4lfEQc='",
            "script-src 'SHA384-MTIz' 'strict-dynamic'; object-src 'none'; base-uri 'none'",
            "connect-src *.example.com wss://*.example.com:*",
            "sandbox allow-forms allow-scripts; upgrade-insecure-requests",
            "require-trusted-types-for 'script'; trusted-types one 'allow-duplicates'",
            "default-src 'none'; report-to endpoint",
        ];

        for text in policies {
            let policy: ContentSecurityPolicy = text.parse().unwrap();
            assert_eq!(policy.to_string(), text);
            assert_eq!(policy.value().unwrap(), text);
        }
    }

    #[test]
    fn refuses_what_browsers_would_take_for_something_else() {
        let refused = [
            ("", "it has no directives, and so allows everything"),
            (";;", "it has no directives, and so allows everything"),
            (
                "defualt-src 'none'",
                "no directive is called \"defualt-src\"",
            ),
            (
                "default-src: 'none'",
                "no directive is called \"default-src:\"",
            ),
            ("img-src 'self'; img-src data:", "img-src is there twice"),
            ("default-src self", "default-src: self lacks its quotes"),
            ("default-src SELF", "default-src: SELF lacks its quotes"),
            (
                "script-src sha256-MTIz",
                "script-src: sha256-MTIz lacks its quotes",
            ),
            (
                "script-src 'nonce-MTIz'",
                "script-src: 'nonce-MTIz' would be the same in each response",
            ),
            (
                "script-src 'Nonce-MTIz'",
                "script-src: 'Nonce-MTIz' would be the same in each response",
            ),
            (
                "script-src nonce-MTIz",
                "script-src: nonce-MTIz would be the same in each response",
            ),
            ("script-src 'slef'", "script-src: no keyword is 'slef'"),
            (
                "script-src 'sha256-'",
                "script-src: no keyword is 'sha256-'",
            ),
            (
                "default-src 'none' 'self'",
                "default-src: 'none' stands alone",
            ),
            (
                "default-src",
                "default-src: a source is missing, such as 'none'",
            ),
            (
                "default-src a, script-src b",
                "default-src: \"a,\" is no source",
            ),
            (
                "img-src ex\u{e4}mple.com",
                "img-src: \"ex\u{e4}mple.com\" is no source",
            ),
            (
                "upgrade-insecure-requests 1",
                "upgrade-insecure-requests: it takes nothing",
            ),
            (
                "frame-ancestors 'unsafe-inline'",
                "frame-ancestors: no keyword is 'unsafe-inline'",
            ),
        ];

        for (text, problem) in refused {
            let error = text.parse::<ContentSecurityPolicy>().unwrap_err();
            assert_eq!(error.problem(), problem, "{text}");
            assert_eq!(error.header(), "content-security-policy");
        }
        let split = ["'self'; script-src *"];
        assert!(
            ContentSecurityPolicy::new()
                .directive("img-src", split)
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn a_source_cannot_start_another_directive(source in "\\PC{0,24}") {
            let made = ContentSecurityPolicy::new().directive("img-src", [source]);
            if let Ok(policy) = made {
                let written = policy.to_string();
                prop_assert!(!written.contains([';', ',']));
                prop_assert_eq!(written.split(' ').count(), 2);
                prop_assert!(policy.value().is_ok());
            }
        }
    }
}
