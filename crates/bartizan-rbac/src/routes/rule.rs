use std::fmt;

use http::Method;

use crate::Policy;

/// Which requests a rule is about: methods, and a pattern of paths.
///
/// A pattern is one of [matchit], as axum's are: `/items/{id}`, `/files/{*path}`.
///
/// # Example
///
/// ```
/// use bartizan_rbac::{Route, role};
///
/// let rule = Route::get("/items/{id}").require(role("viewer")).named("read an item");
/// assert_eq!(rule.to_string(), r#"GET /items/{id}: role viewer"#);
///
/// let rule = Route::grpc("shop.Items/List").public();
/// assert_eq!(rule.to_string(), "POST /shop.Items/List: public");
/// ```
///
/// [matchit]: https://docs.rs/matchit/0.8
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Route {
    pub(super) methods: Methods,
    pub(super) pattern: String,
    /// Whether a pattern of a framework that takes whole services leads here.
    pub(super) is_grpc: bool,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Methods {
    These(Vec<Method>),
    /// All; no other rule may be about the pattern.
    All,
    /// Those for which no other rule of the pattern is.
    Others,
}

impl Route {
    /// Takes these methods.
    pub fn on(methods: impl IntoIterator<Item = Method>, pattern: impl Into<String>) -> Self {
        let methods = Methods::These(methods.into_iter().collect());
        Self {
            methods,
            pattern: pattern.into(),
            is_grpc: false,
        }
    }

    /// Takes `GET`, and `HEAD` where no other rule is for it.
    pub fn get(pattern: impl Into<String>) -> Self {
        Self::on([Method::GET], pattern)
    }

    /// Takes `POST`.
    pub fn post(pattern: impl Into<String>) -> Self {
        Self::on([Method::POST], pattern)
    }

    /// Takes `PUT`.
    pub fn put(pattern: impl Into<String>) -> Self {
        Self::on([Method::PUT], pattern)
    }

    /// Takes `PATCH`.
    pub fn patch(pattern: impl Into<String>) -> Self {
        Self::on([Method::PATCH], pattern)
    }

    /// Takes `DELETE`.
    pub fn delete(pattern: impl Into<String>) -> Self {
        Self::on([Method::DELETE], pattern)
    }

    /// Takes all methods. No other rule may be about the pattern.
    pub fn any(pattern: impl Into<String>) -> Self {
        Self {
            methods: Methods::All,
            pattern: pattern.into(),
            is_grpc: false,
        }
    }

    /// Takes the methods for which no other rule about the pattern is.
    pub fn others(pattern: impl Into<String>) -> Self {
        Self {
            methods: Methods::Others,
            pattern: pattern.into(),
            is_grpc: false,
        }
    }

    /// Takes calls of one gRPC method: `package.Service/Method`.
    ///
    /// It is `POST` of that path, whatever the content type says: gRPC-Web and Connect
    /// call the same method. tonic's router matches one pattern for all methods of a
    /// service; where [`Routes::matched`](crate::Routes::matched) reads that, the path
    /// leads to this rule nevertheless.
    pub fn grpc(method: impl fmt::Display) -> Self {
        Self {
            is_grpc: true,
            ..Self::post(format!("/{method}"))
        }
    }

    /// Takes calls of all methods of a gRPC service, `package.Service`, for which no
    /// other rule is.
    pub fn grpc_service(service: impl fmt::Display) -> Self {
        Self {
            is_grpc: true,
            ..Self::post(format!("/{service}/{{method}}"))
        }
    }

    /// Lets principals pass for whom `policy` holds.
    pub fn require(self, policy: Policy) -> Rule {
        self.rule(Access::Policy(policy))
    }

    /// Lets every principal pass.
    pub fn authenticated(self) -> Rule {
        self.rule(Access::Authenticated)
    }

    /// Lets everyone pass.
    pub fn public(self) -> Rule {
        self.rule(Access::Public)
    }

    /// Lets nobody pass, as where there is no rule.
    pub fn closed(self) -> Rule {
        self.rule(Access::Closed)
    }

    fn rule(self, access: Access) -> Rule {
        Rule {
            route: self,
            access,
            name: None,
            is_hidden: false,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.methods {
            Methods::These(methods) => {
                for (index, method) in methods.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "," };
                    write!(f, "{comma}{method}")?;
                }
            }
            Methods::All => f.write_str("any")?,
            Methods::Others => f.write_str("others")?,
        }
        write!(f, " {}", self.pattern)
    }
}

/// A [`Route`], with who may pass. Made by the methods of [`Route`].
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Rule {
    pub(super) route: Route,
    pub(super) access: Access,
    pub(super) name: Option<String>,
    pub(super) is_hidden: bool,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Access {
    Authenticated,
    Closed,
    Policy(Policy),
    Public,
}

impl Rule {
    /// Returns whether it says of a request what `other` says of it.
    pub(super) fn is_as_strict_as(&self, other: &Self) -> bool {
        self.access == other.access && self.is_hidden == other.is_hidden
    }

    /// Returns whether everyone may know that there is such a rule.
    pub(super) fn is_known(&self) -> bool {
        !self.is_hidden && self.access != Access::Closed
    }

    /// Names the rule for the log. Default: its methods and its pattern.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// Answers strangers, and whom the policy does not let pass, as if there were
    /// nothing ([RFC 9110, section 15.5.4]). The table must hide what has no rule, too
    /// ([`Routes::hide_as_not_found`](crate::Routes::hide_as_not_found)): a 404 among
    /// 403s points at what it hides.
    ///
    /// A policy with a [`consult`](crate::consult) part hides less. Who gets as far as
    /// to have it asked waits for the answer, and is told a failure as 503; neither
    /// happens where there is nothing. Such a part belongs behind one that keeps out
    /// whom the target is hidden from, in the same [`all`](fn@crate::all).
    ///
    /// [RFC 9110, section 15.5.4]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4
    pub fn hide_as_not_found(self) -> Self {
        Self {
            is_hidden: true,
            ..self
        }
    }

    /// Returns which requests the rule is about.
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// Returns what has to hold, where that is a policy.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        match &self.access {
            Access::Policy(policy) => Some(policy),
            _ => None,
        }
    }

    /// Returns whether everyone may pass.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.access == Access::Public
    }

    /// Returns the name that the log has.
    #[must_use]
    pub fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.route.to_string())
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.route)?;
        match &self.access {
            Access::Authenticated => f.write_str("authenticated"),
            Access::Closed => f.write_str("closed"),
            Access::Policy(policy) => policy.fmt(f),
            Access::Public => f.write_str("public"),
        }
    }
}
