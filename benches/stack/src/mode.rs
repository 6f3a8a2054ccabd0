use std::str::FromStr;

use axum::Router;

use crate::bartizan::{fused, nested};
use crate::peers::peers;
use crate::routes::routes;

/// What stands in front of `/protected`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Nothing.
    Bare,
    /// The guards of this project.
    Bartizan,
    /// The same guards, each in a layer of its own.
    Nested,
    /// What others offer for the same, composed.
    Peers,
}

impl Mode {
    /// Returns the application.
    pub fn app(self) -> Router {
        let routes = routes();
        let protected = match self {
            Self::Bare => routes.protected,
            Self::Bartizan => fused(routes.protected),
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
            "nested" => Ok(Self::Nested),
            "peers" => Ok(Self::Peers),
            _ => Err(format!(
                "no mode `{name}`; there are bare, bartizan, nested, peers"
            )),
        }
    }
}
