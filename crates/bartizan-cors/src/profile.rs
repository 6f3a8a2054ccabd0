use std::str::FromStr;

use crate::{CorsProblem, InvalidCors};

/// What a service is run for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Profile {
    /// A developer's machine.
    Development,
    /// Anything else.
    Production,
}

impl Profile {
    pub(crate) fn permit_development(self, debug_assertions: bool) -> Result<(), InvalidCors> {
        let reason = match (self, debug_assertions) {
            (Self::Development, true) => return Ok(()),
            (Self::Development, false) => "the program is compiled without debug assertions",
            (Self::Production, _) => "the profile is not that for development",
        };
        Err(InvalidCors::new(vec![CorsProblem::Development { reason }]))
    }
}

/// Reads `development`; every other word is production, a misspelt one as well.
impl FromStr for Profile {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "development" => Self::Development,
            _ => Self::Production,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn development_needs_the_profile_and_debug_assertions() {
        for (word, debug_assertions, expected) in [
            ("development", true, true),
            ("development", false, false),
            ("production", true, false),
            ("production", false, false),
            ("Development", true, false),
            ("", true, false),
        ] {
            let Ok(profile) = word.parse::<Profile>();
            let permitted = profile.permit_development(debug_assertions);
            assert_eq!(permitted.is_ok(), expected, "{word:?} {debug_assertions}");
        }
    }
}
