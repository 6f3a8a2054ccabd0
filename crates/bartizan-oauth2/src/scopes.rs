use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// A list of scopes, each once ([RFC 6749, section 3.3]).
///
/// # Example
///
/// ```
/// use bartizan_oauth2::Scopes;
///
/// let scopes: Scopes = "items:read items:write".parse()?;
///
/// assert!(scopes.contains("items:read"));
/// assert_eq!(scopes.to_string(), "items:read items:write");
/// assert!("items:read  items:write".parse::<Scopes>().is_err());
/// # Ok::<(), bartizan_oauth2::InvalidScopes>(())
/// ```
///
/// [RFC 6749, section 3.3]: https://www.rfc-editor.org/rfc/rfc6749#section-3.3
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// The list of none.
    pub const NONE: Self = Self(Vec::new());

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether `scope` is among them, byte by byte.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own == scope)
    }

    /// Returns them one by one, in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Keeps those for which `keep` holds.
    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|scope| keep(scope));
    }
}

/// Parses scopes separated by one space each. No text is no scopes.
impl FromStr for Scopes {
    type Err = InvalidScopes;

    fn from_str(text: &str) -> Result<Self, InvalidScopes> {
        let mut scopes = Self::NONE;
        if text.is_empty() {
            return Ok(scopes);
        }
        for scope in text.split(' ') {
            if !is_scope_token(scope) {
                return Err(InvalidScopes);
            }
            if !scopes.contains(scope) {
                if scopes.0.len() == MAX_SCOPES {
                    return Err(InvalidScopes);
                }
                scopes.0.push(scope.to_owned());
            }
        }
        Ok(scopes)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { " " })?;
            f.write_str(scope)?;
        }
        Ok(())
    }
}

/// The text given for [`Scopes`] was none: a scope is printable ASCII without
/// space, `"` and `\`, and there are 256 at most.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InvalidScopes;

impl Error for InvalidScopes {}

impl fmt::Display for InvalidScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text is not a list of scopes")
    }
}

/// Each scope is compared with each: a form full of one-letter scopes must not
/// cost millions of comparisons.
const MAX_SCOPES: usize = 256;

fn is_scope_token(scope: &str) -> bool {
    let is_allowed = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    !scope.is_empty() && scope.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_3_3_scopes_are_tokens_with_one_space_between() {
        for (text, expected) in [
            ("", ""),
            ("a", "a"),
            ("a b:c d/e", "a b:c d/e"),
            ("b a b", "b a"),
            ("!#[]^~ A a", "!#[]^~ A a"),
        ] {
            assert_eq!(text.parse::<Scopes>().unwrap().to_string(), expected);
        }
        for text in [
            " ", " a", "a ", "a  b", "a\tb", "a\nb", "\"a\"", r"a\b", "\u{e9}", "a\0", "\u{7f}",
        ] {
            assert_eq!(text.parse::<Scopes>(), Err(InvalidScopes), "{text:?}");
        }
    }

    #[test]
    fn their_number_is_bounded() {
        let list = |count: usize| {
            let scopes: Vec<_> = (0..count).map(|n| format!("s{n}")).collect();
            scopes.join(" ").parse::<Scopes>()
        };

        assert!(list(256).is_ok());
        assert_eq!(list(257), Err(InvalidScopes));
    }
}
