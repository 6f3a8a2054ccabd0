use std::fmt;

use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::RawClaims;
use crate::TokenError;
use crate::json::Name;

/// Where a token's scopes and roles are.
///
/// By default scopes are in `scope` ([RFC 9068 section 2.2.3]) and in `scp`, as
/// some issuers name it, and roles are in `roles`. What is found in several
/// places adds up.
///
/// A scope claim is a string of scopes separated by spaces, or an array of them.
/// A role claim is one role, or an array of them. A claim that is absent or
/// `null` gives none; one of another type refuses the token, as a mistake there
/// must not pass for "no restriction".
///
/// # Example
///
/// ```
/// use bartizan_jwt::ClaimMap;
///
/// // Keycloak: roles of the realm, and those of one client.
/// let map = ClaimMap::default()
///     .with_roles(["realm_access", "roles"])
///     .with_roles(["resource_access", "inventory", "roles"]);
/// ```
///
/// [RFC 9068 section 2.2.3]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClaimMap {
    scopes: Vec<ClaimPath>,
    roles: Vec<ClaimPath>,
}

impl ClaimMap {
    /// Creates a map that finds neither scopes nor roles.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            scopes: Vec::new(),
            roles: Vec::new(),
        }
    }

    /// Looks for scopes at `path`, too.
    #[must_use]
    pub fn with_scopes(mut self, path: impl Into<ClaimPath>) -> Self {
        self.scopes.push(path.into());
        self
    }

    /// Looks for roles at `path`, too.
    #[must_use]
    pub fn with_roles(mut self, path: impl Into<ClaimPath>) -> Self {
        self.roles.push(path.into());
        self
    }

    pub(super) fn scope(&self, claims: &RawClaims<'_>) -> Result<String, TokenError> {
        let mut scope = String::new();
        for path in &self.scopes {
            if let Some(value) = path.find(claims)? {
                read(value, Scopes(&mut scope))?;
            }
        }
        Ok(scope)
    }

    pub(super) fn roles(&self, claims: &RawClaims<'_>) -> Result<Vec<String>, TokenError> {
        let mut roles = Vec::new();
        for path in &self.roles {
            if let Some(value) = path.find(claims)? {
                read(value, Roles(&mut roles))?;
            }
        }
        Ok(roles)
    }
}

impl Default for ClaimMap {
    fn default() -> Self {
        Self::empty()
            .with_scopes("scope")
            .with_scopes("scp")
            .with_roles("roles")
    }
}

/// The names that lead to a claim, from the outermost object inwards.
///
/// Each name stands for itself: a name with dots or slashes is one name.
///
/// # Example
///
/// ```
/// use bartizan_jwt::ClaimPath;
///
/// let path = ClaimPath::from("realm_access").then("roles");
/// assert_eq!(path, ClaimPath::from(["realm_access", "roles"]));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClaimPath {
    first: Box<str>,
    rest: Vec<Box<str>>,
}

impl ClaimPath {
    /// Goes one object further in.
    #[must_use]
    pub fn then(mut self, name: &str) -> Self {
        self.rest.push(name.into());
        self
    }

    fn find<'a>(&self, claims: &RawClaims<'a>) -> Result<Option<&'a RawValue>, TokenError> {
        let mut found = claims.other(&self.first).filter(is_not_null);
        for name in &self.rest {
            let Some(object) = found else { break };
            found = read(object, Member(name))?.filter(is_not_null);
        }
        Ok(found)
    }
}

fn is_not_null(value: &&RawValue) -> bool {
    value.get() != "null"
}

fn read<'a, S: DeserializeSeed<'a>>(value: &'a RawValue, seed: S) -> Result<S::Value, TokenError> {
    // What was found to be a string is not parsed again, if it spells itself.
    let string = value
        .get()
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    match string.filter(|text| !text.contains('\\')) {
        Some(text) => {
            seed.deserialize::<StrDeserializer<'_, serde_json::Error>>(text.into_deserializer())
        }
        None => seed.deserialize(value),
    }
    .map_err(|_| TokenError::Claims)
}

impl From<&str> for ClaimPath {
    fn from(name: &str) -> Self {
        [name].into()
    }
}

impl<const N: usize> From<[&str; N]> for ClaimPath {
    fn from(names: [&str; N]) -> Self {
        let () = const { assert!(N > 0, "a path leads somewhere") };
        let mut names = names.into_iter().map(Box::from);
        Self {
            first: names.next().unwrap_or_default(),
            rest: names.collect(),
        }
    }
}

/// Finds one member of an object.
struct Member<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(Name(name)) = map.next_key()? {
            if name == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Collects roles: a string is one role.
struct Roles<'r>(&'r mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Roles<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Roles<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a role or an array of roles")
    }

    fn visit_str<E: Error>(self, role: &str) -> Result<(), E> {
        self.0.push(role.to_owned());
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(Name(role)) = elements.next_element()? {
            self.0.push(role.into_owned());
        }
        Ok(())
    }
}

/// Collects scopes, separated by spaces.
struct Scopes<'s>(&'s mut String);

impl Scopes<'_> {
    fn push(&mut self, scope: &str) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(scope);
    }
}

impl<'de> DeserializeSeed<'de> for Scopes<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scopes<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("scopes")
    }

    fn visit_str<E: Error>(mut self, scopes: &str) -> Result<(), E> {
        self.push(scopes);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        while let Some(Name(scope)) = elements.next_element()? {
            // An element with a space would turn into two scopes.
            if scope.contains(' ') {
                return Err(A::Error::custom("a scope holds a space"));
            }
            self.push(&scope);
        }
        Ok(())
    }
}
