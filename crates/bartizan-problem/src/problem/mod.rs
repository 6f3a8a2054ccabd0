mod format;

use std::borrow::Cow;

use bartizan_core::Rejection;
use http::StatusCode;
use serde_json::Value;

pub(crate) use self::format::PROBLEM_JSON;
use crate::catalogue::ProblemType;
use crate::{CorrelationId, InvalidProblem, uri};

/// The details of a problem ([RFC 9457]).
///
/// A handler makes one where it would answer with an error of its own.
/// [`ProblemLayer`](crate::ProblemLayer) adds the correlation id, and writes it in
/// the format that the client wants. What is in it is shown: nothing that is not for
/// strangers belongs there.
///
/// # Example
///
/// ```
/// use bartizan_problem::Problem;
/// use bytes::Bytes;
/// use http::StatusCode;
///
/// let problem = Problem::new(StatusCode::FORBIDDEN)
///     .kind("https://example.com/problems/out-of-credit", "Out of credit")?
///     .detail("the balance is 30, and it costs 50")
///     .member("balance", 30)?;
/// let response: http::Response<Bytes> = problem.into_response();
///
/// assert_eq!(response.headers()["content-type"], "application/problem+json");
/// assert_eq!(
///     response.body(),
///     r#"{"type":"https://example.com/problems/out-of-credit","title":"Out of credit","status":403,"detail":"the balance is 30, and it costs 50","balance":30}"#,
/// );
/// # Ok::<(), bartizan_problem::InvalidProblem>(())
/// ```
///
/// [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Problem {
    status: StatusCode,
    kind: Option<(Cow<'static, str>, Cow<'static, str>)>,
    detail: Option<Cow<'static, str>>,
    instance: Option<Cow<'static, str>>,
    members: Vec<(Cow<'static, str>, Value)>,
    correlation: Option<CorrelationId>,
}

/// The names that members of one's own cannot have.
const TAKEN: [&str; 6] = [
    "correlation_id",
    "detail",
    "instance",
    "status",
    "title",
    "type",
];

impl Problem {
    /// Creates a problem that says no more than its `status`: the type `about:blank`.
    ///
    /// A status that is not an error (below 400) becomes 500.
    pub const fn new(status: StatusCode) -> Self {
        let is_error = status.as_u16() >= 400 && status.as_u16() < 600;
        Self {
            status: if is_error {
                status
            } else {
                StatusCode::INTERNAL_SERVER_ERROR
            },
            kind: None,
            detail: None,
            instance: None,
            members: Vec::new(),
            correlation: None,
        }
    }

    /// Says which kind of problem it is, by a URI and a `title` that is the same for
    /// all problems of the kind.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidProblem::Uri`] when `uri` is not an absolute URI: one that is
    /// relative means something else on each path.
    pub fn kind(
        self,
        uri: impl Into<Cow<'static, str>>,
        title: impl Into<Cow<'static, str>>,
    ) -> Result<Self, InvalidProblem> {
        let uri = uri.into();
        if !uri::is_absolute(&uri) {
            return Err(InvalidProblem::Uri(uri.into_owned()));
        }
        Ok(Self {
            kind: Some((uri, title.into())),
            ..self
        })
    }

    /// Says what went wrong this time, in a sentence for people.
    pub fn detail(self, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..self
        }
    }

    /// Names this very occurrence, by a URI or a relative reference.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidProblem::Uri`] when `uri` is neither.
    pub fn instance(self, uri: impl Into<Cow<'static, str>>) -> Result<Self, InvalidProblem> {
        let uri = uri.into();
        if !uri::is_reference(&uri) {
            return Err(InvalidProblem::Uri(uri.into_owned()));
        }
        Ok(Self {
            instance: Some(uri),
            ..self
        })
    }

    /// Adds a member.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidProblem::MemberName`] and [`InvalidProblem::MemberTaken`].
    pub fn member(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Value>,
    ) -> Result<Self, InvalidProblem> {
        let name = name.into();
        if !is_member(&name) {
            return Err(InvalidProblem::MemberName(name.into_owned()));
        }
        if !self.is_free(&name) {
            return Err(InvalidProblem::MemberTaken(name.into_owned()));
        }
        self.members.push((name, value.into()));
        Ok(self)
    }

    /// Returns the status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the URI of the kind, `about:blank` where there is none.
    #[must_use]
    pub fn type_uri(&self) -> &str {
        self.kind.as_ref().map_or("about:blank", |(uri, _)| uri)
    }

    /// Returns the title: that of the kind, or else the phrase of the status.
    #[must_use]
    pub fn title(&self) -> &str {
        let phrase = || self.status.canonical_reason().unwrap_or("Error");
        self.kind.as_ref().map_or_else(phrase, |(_, title)| title)
    }

    /// Returns what went wrong this time.
    #[must_use]
    pub fn detail_text(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// Returns the URI of this occurrence.
    #[must_use]
    pub fn instance_uri(&self) -> Option<&str> {
        self.instance.as_deref()
    }

    /// Returns the additional members.
    pub fn members(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.members.iter().map(|(name, value)| (&**name, value))
    }

    /// Returns the correlation id, which the layer adds.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&CorrelationId> {
        self.correlation.as_ref()
    }

    /// Takes over what a rejection may show, with a type under `base`.
    pub(crate) fn of_rejection(rejection: &Rejection, base: Option<&str>) -> Self {
        let slug = rejection.slug();
        let under_base = base.filter(|_| uri::is_unreserved(slug));
        let uri = match (rejection.type_uri(), under_base) {
            (Some(uri), _) if uri::is_absolute(uri) => Some(Cow::Borrowed(uri)),
            (_, Some(base)) => Some(Cow::Owned(format!("{base}{slug}"))),
            (_, None) => None,
        };
        let mut problem = Self::new(rejection.status());
        problem.kind = uri.map(|uri| (uri, title(slug)));
        problem.detail = Some(rejection.detail().to_owned().into());
        for (name, values) in rejection.members() {
            if is_member(name) && problem.is_free(name) {
                let value = Value::from(values.clone());
                problem.members.push(((*name).into(), value));
            }
        }
        problem
    }

    /// Says what the response says, whatever has come over it since it was made.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn correlated(self, id: CorrelationId) -> Self {
        Self {
            correlation: Some(id),
            ..self
        }
    }

    fn is_free(&self, name: &str) -> bool {
        !TAKEN.contains(&name) && self.members.iter().all(|(present, _)| present != name)
    }
}

/// Shows what the client may know of a rejection; a
/// [hidden](Rejection::hide_as_not_found) one is a plain 404.
impl From<&Rejection> for Problem {
    fn from(rejection: &Rejection) -> Self {
        if rejection.is_hidden() {
            Self::new(StatusCode::NOT_FOUND)
        } else {
            Self::of_rejection(rejection, None)
        }
    }
}

fn is_member(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() >= 3
        && bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// The title of a slug: that of the catalogue, or the slug in words.
fn title(slug: &'static str) -> Cow<'static, str> {
    if let Some(kind) = ProblemType::find(slug) {
        return kind.title.into();
    }
    let words = slug.replace(['-', '_'], " ");
    let mut chars = words.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blank() -> Problem {
        Problem::new(StatusCode::CONFLICT)
    }

    #[test]
    fn rfc9457_4_names_of_members_are_such_as_any_language_can_read() {
        let good = ["abc", "a_1", "violated-policies", "A9z"];
        let bad = [
            "", "a", "ab", "1ab", "_ab", "-ab", "a b", "a.b", "\u{e4}bc", "a\"c",
        ];

        for name in good {
            assert!(blank().member(name, 1).is_ok(), "{name}");
        }
        for name in bad {
            let error = blank().member(name, 1).unwrap_err();
            assert_eq!(error, InvalidProblem::MemberName(name.to_owned()));
        }
        let twice = blank()
            .member("abc", 1)
            .and_then(|problem| problem.member("abc", 2));
        assert_eq!(
            twice.unwrap_err().to_string(),
            "there is a member \"abc\" already"
        );
        for name in TAKEN {
            let error = blank().member(name, 1).unwrap_err();
            assert_eq!(error, InvalidProblem::MemberTaken(name.to_owned()));
        }
    }

    #[test]
    fn rfc9457_5_types_and_instances_are_uris() {
        assert_eq!(blank().type_uri(), "about:blank");
        assert_eq!(blank().title(), "Conflict");
        let kind = blank().kind("tag:example.com,2026:x", "X");
        assert_eq!(kind.unwrap().title(), "X");
        let relative = blank().kind("/problems/x", "X").unwrap_err();
        assert_eq!(relative.to_string(), "\"/problems/x\" is no URI");
        assert!(blank().instance("/items/7").is_ok());
        assert!(blank().instance("a b").is_err());
    }

    #[test]
    fn a_rejection_cannot_replace_what_the_details_have() {
        let rejection = Rejection::forbidden("slug", "detail")
            .member("status", vec!["200".to_owned()])
            .member("correlation_id", vec!["forged".to_owned()])
            .member("twice", vec!["a".to_owned()])
            .member("twice", vec!["b".to_owned()])
            .member("no", vec![]);

        let problem = Problem::from(&rejection);
        let members: Vec<_> = problem.members().collect();
        assert_eq!(members, [("twice", &Value::from(vec!["a"]))]);
    }

    #[test]
    fn a_problem_that_is_no_error_is_a_fault() {
        let codes = [100, 200, 302, 399, 600, 999];
        for code in codes.map(|code| StatusCode::from_u16(code).unwrap()) {
            let problem = Problem::new(code);
            assert_eq!(problem.status(), StatusCode::INTERNAL_SERVER_ERROR);
        }
        let odd = Problem::new(StatusCode::from_u16(499).unwrap());
        assert_eq!((odd.status().as_u16(), odd.title()), (499, "Error"));
    }
}
