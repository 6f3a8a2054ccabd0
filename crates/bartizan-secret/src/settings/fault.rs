use std::fmt;

use serde::de;

use crate::serde::MISSING;

/// Why a value could not be made, on its way to where it is recorded.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A field was given twice, under its name and an alias.
    Duplicate,
    /// A field has neither a value nor a default.
    MissingField(&'static str),
    /// Nothing can stand in for the value.
    NoStandIn,
    /// There is no value here.
    NoValue,
    /// It has been recorded.
    Recorded,
    /// A type said why it refuses the value. May repeat the value.
    Refused(String),
    /// The text does not have the form described here.
    WrongType(String),
}

impl Fault {
    pub(crate) fn none_of(names: &[&str]) -> Self {
        Self::WrongType(format!("one of {}", names.join(", ")))
    }
}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Refused(message.to_string())
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::Refused(format!("expected {expected}"))
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::Refused(format!("expected {expected}"))
    }

    fn invalid_length(_: usize, expected: &dyn de::Expected) -> Self {
        Self::Refused(format!("expected {expected}"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::none_of(expected)
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self::none_of(expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::MissingField(field)
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::Duplicate
    }
}

impl std::error::Error for Fault {}

/// Our secrets replace the errors of what they hold, but for one that says just
/// this: so an absence reaches the place where it is recorded.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingField(_) | Self::NoStandIn | Self::NoValue | Self::Recorded => {
                f.write_str(MISSING)
            }
            Self::Duplicate | Self::Refused(_) | Self::WrongType(_) => {
                f.write_str("a setting is wrong")
            }
        }
    }
}
