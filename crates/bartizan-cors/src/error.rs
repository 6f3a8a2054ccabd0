use std::error::Error;
use std::fmt;

use crate::InvalidOrigin;

/// Everything that is wrong with a configuration, at once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InvalidCors(Vec<CorsProblem>);

impl InvalidCors {
    pub(crate) const fn new(problems: Vec<CorsProblem>) -> Self {
        Self(problems)
    }

    /// Returns the problems, in the order of the settings. There is at least one.
    #[must_use]
    pub fn problems(&self) -> &[CorsProblem] {
        &self.0
    }
}

impl Error for InvalidCors {}

/// One line for one problem, and else a line that counts them and one for each.
impl fmt::Display for InvalidCors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [problem] = &*self.0 {
            return problem.fmt(f);
        }
        write!(f, "{} problems in the cors settings", self.0.len())?;
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

/// One thing that is wrong with a configuration.
///
/// `Display` begins with the [`setting`](Self::setting), which is called the same in
/// the builder and in files.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CorsProblem {
    /// The profile for development was asked for where it must not be.
    Development {
        /// Why that is.
        reason: &'static str,
    },
    /// Origins are to be enforced, and all are allowed.
    EnforceAnyOrigin,
    /// All headers are exposed, and credentials are allowed, with which `*` means
    /// nothing.
    ExposeAllWithCredentials,
    /// The time is longer than a day, or negative other than -1.
    MaxAge {
        /// It, in seconds.
        seconds: i64,
    },
    /// A method that cannot be allowed.
    Method {
        /// The method.
        value: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// No origin is allowed, by name, pattern or predicate.
    NoOrigin,
    /// An origin or a pattern that is none.
    Origin {
        /// The origin or pattern.
        value: String,
        /// What is wrong with it.
        fault: InvalidOrigin,
    },
    /// Every origin is allowed, and single ones beside that: one of the two is not
    /// meant.
    OriginBesideAny,
    /// An origin or a pattern that must not go with credentials.
    OriginWithCredentials {
        /// The origin or pattern.
        value: String,
        /// Why that is.
        risk: CredentialRisk,
    },
    /// A request header that cannot be allowed.
    RequestHeader {
        /// The name.
        value: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// A response header that cannot be exposed.
    ResponseHeader {
        /// The name.
        value: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// A request header that a predicate cannot depend on.
    Vary {
        /// The name.
        value: String,
    },
}

impl CorsProblem {
    /// Returns the setting that it is about.
    #[must_use]
    pub const fn setting(&self) -> &'static str {
        match self {
            Self::Development { .. } => "development",
            Self::EnforceAnyOrigin => "enforce_origin",
            Self::ExposeAllWithCredentials | Self::ResponseHeader { .. } => "expose_headers",
            Self::MaxAge { .. } => "max_age",
            Self::Method { .. } => "methods",
            Self::NoOrigin
            | Self::Origin { .. }
            | Self::OriginBesideAny
            | Self::OriginWithCredentials { .. } => "origins",
            Self::RequestHeader { .. } => "request_headers",
            Self::Vary { .. } => "vary",
        }
    }
}

impl Error for CorsProblem {}

impl fmt::Display for CorsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.setting())?;
        match self {
            Self::Development { reason } => f.write_str(reason),
            Self::EnforceAnyOrigin => f.write_str("every origin is allowed"),
            Self::ExposeAllWithCredentials => {
                f.write_str("* exposes nothing when credentials are allowed")
            }
            Self::MaxAge { seconds } => {
                write!(f, "{seconds} is not a number of seconds from -1 to 86400")
            }
            Self::NoOrigin => f.write_str("no origin is allowed"),
            Self::Origin { value, fault } => write!(f, "{value:?}: {fault}"),
            Self::OriginBesideAny => f.write_str("* leaves no meaning to the other origins"),
            Self::OriginWithCredentials { value, risk } => write!(f, "{value:?}: {risk}"),
            Self::Method { value, fault }
            | Self::RequestHeader { value, fault }
            | Self::ResponseHeader { value, fault } => write!(f, "{value:?}: {fault}"),
            Self::Vary { value } => write!(f, "{value:?}: {}", NameFault::Invalid),
        }
    }
}

/// What is wrong with the name of a method or a header.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NameFault {
    /// Browsers never send it for a page, or never show it to one.
    Forbidden,
    /// It is no name.
    Invalid,
    /// It belongs to the protocol itself, the other way round.
    Prohibited,
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Forbidden => "browsers keep it from pages in any case",
            Self::Invalid => "it is not a name",
            Self::Prohibited => "it is a part of the protocol itself",
        })
    }
}

/// Why credentials are too much for an origin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum CredentialRisk {
    /// Every page would act with the credentials of its visitor. There is no way to
    /// have that.
    AnyOrigin,
    /// Whoever is on the network can put a page there
    /// ([`CorsBuilder::insecure_origins`](crate::CorsBuilder::insecure_origins)).
    Insecure,
    /// Anybody can register a name there
    /// ([`CorsBuilder::insecure_public_suffixes`](crate::CorsBuilder::insecure_public_suffixes)).
    PublicSuffix,
}

impl fmt::Display for CredentialRisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AnyOrigin => "credentials are not for every origin",
            Self::Insecure => "credentials are not for origins without https",
            Self::PublicSuffix => "credentials are not for names that anybody can register",
        })
    }
}
