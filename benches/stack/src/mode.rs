use std::str::FromStr;

use axum::Router;

use crate::bartizan::{bearer, cached, fused, nested};
use crate::peers::{equal_peers, peers};
use crate::routes::{routes, same_fields};

/// What stands in front of `/protected`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Nothing.
    Bare,
    /// The guards of this project.
    Bartizan,
    /// What others offer, composed to do as much as the guards of this project.
    EqualPeers,
    /// Nothing, with the header fields that [`Bartizan`](Self::Bartizan) adds written
    /// by the handler: the least that any stack can cost that sends them.
    Fields,
    /// The same guards, each in a layer of its own.
    Nested,
    /// What others offer, composed as their users mostly do.
    Peers,
    /// The guards of this project, without the cache of tokens.
    Uncached,
}

impl Mode {
    /// Returns whether `/protected` asks for a token.
    #[must_use]
    pub fn is_secured(self) -> bool {
        !matches!(self, Self::Bare | Self::Fields)
    }

    /// Returns the application.
    pub fn app(self) -> Router {
        let routes = routes();
        let protected = match self {
            Self::Bare => routes.protected,
            Self::Bartizan => fused(routes.protected, cached()),
            Self::Uncached => fused(routes.protected, bearer()),
            Self::EqualPeers => equal_peers(routes.protected),
            Self::Fields => same_fields(Self::Bartizan),
            Self::Nested => nested(routes.protected),
            Self::Peers => peers(routes.protected),
        };
        protected.merge(routes.plain)
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "bare" => Ok(Self::Bare),
            "bartizan" => Ok(Self::Bartizan),
            "equal-peers" => Ok(Self::EqualPeers),
            "fields" => Ok(Self::Fields),
            "nested" => Ok(Self::Nested),
            "peers" => Ok(Self::Peers),
            "uncached" => Ok(Self::Uncached),
            _ => Err(format!(
                "no mode `{name}`; there are bare, bartizan, equal-peers, fields, nested, peers, uncached"
            )),
        }
    }
}
