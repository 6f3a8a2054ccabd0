use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess};
use serde::de::{SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::custom::Custom;
use super::date::Date;
use super::{ClaimMap, Claims, login};
use crate::TokenError;
use crate::json::{Name, check_members, has_duplicates};

/// Room for the members of a usual token, so that reading them takes one
/// allocation.
const USUAL_MEMBERS: usize = 16;

/// A payload, read in one pass and borrowed from it.
///
/// The claims are judged in this form, so that only accepted tokens are copied.
pub(crate) struct RawClaims<'a> {
    pub(crate) issuer: Option<Cow<'a, str>>,
    pub(crate) subject: Option<Cow<'a, str>>,
    pub(crate) audience: Option<Audience<'a>>,
    pub(crate) expires_at: Option<Date>,
    pub(crate) not_before: Option<Date>,
    pub(crate) issued_at: Option<Date>,
    pub(crate) id: Option<Cow<'a, str>>,
    others: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> RawClaims<'a> {
    /// Reads a payload: a JSON object that names no member twice, at any depth,
    /// and whose registered claims have the types of RFC 7519.
    ///
    /// Other values are held to the grammar only; whoever reads one judges it.
    pub(crate) fn parse(payload: &'a [u8]) -> Result<Self, TokenError> {
        let json = std::str::from_utf8(payload).map_err(|_| TokenError::Claims)?;
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let claims = ClaimsVisitor.deserialize(&mut deserializer);
        let claims = claims.map_err(|_| TokenError::Claims)?;
        deserializer.end().map_err(|_| TokenError::Claims)?;
        Ok(claims)
    }

    /// Whether the token has the claim `name`, of whatever value but `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        match name {
            "aud" => self.audience.is_some(),
            "exp" => self.expires_at.is_some(),
            "iat" => self.issued_at.is_some(),
            "iss" => self.issuer.is_some(),
            "jti" => self.id.is_some(),
            "nbf" => self.not_before.is_some(),
            "sub" => self.subject.is_some(),
            _ => self.other(name).is_some_and(|value| value.get() != "null"),
        }
    }

    /// Returns the claim `name`, if it is not a registered one.
    pub(super) fn other(&self, name: &str) -> Option<&'a RawValue> {
        let mut others = self.others.iter();
        others
            .find(|(other, _)| other == name)
            .map(|(_, value)| *value)
    }

    /// Copies the claims out of the payload.
    pub(crate) fn into_claims<T: DeserializeOwned>(
        self,
        map: &ClaimMap,
    ) -> Result<Claims<T>, TokenError> {
        let custom = T::deserialize(Custom(&self.others)).map_err(|_| TokenError::Claims)?;
        let scope = map.scope(&self)?;
        let roles = map.roles(&self)?;
        let authentication = login::of(&self)?;
        Ok(Claims {
            issuer: self.issuer.map(Cow::into_owned),
            subject: self.subject.map(Cow::into_owned),
            audience: self.audience.map(Audience::into_owned).unwrap_or_default(),
            expires_at: self.expires_at.and_then(Date::time),
            not_before: self.not_before.and_then(Date::time),
            issued_at: self.issued_at.and_then(Date::time),
            id: self.id.map(Cow::into_owned),
            authentication,
            scope,
            roles,
            custom,
        })
    }
}

struct ClaimsVisitor;

impl<'de> DeserializeSeed<'de> for ClaimsVisitor {
    type Value = RawClaims<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ClaimsVisitor {
    type Value = RawClaims<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("claims")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut claims = RawClaims {
            issuer: None,
            subject: None,
            audience: None,
            expires_at: None,
            not_before: None,
            issued_at: None,
            id: None,
            others: Vec::with_capacity(USUAL_MEMBERS),
        };
        while let Some(Name(name)) = map.next_key()? {
            match &*name {
                "aud" => once(&mut claims.audience, map.next_value()?)?,
                "exp" => once(&mut claims.expires_at, map.next_value()?)?,
                "iat" => once(&mut claims.issued_at, map.next_value()?)?,
                "iss" => once(&mut claims.issuer, text(&mut map)?)?,
                "jti" => once(&mut claims.id, text(&mut map)?)?,
                "nbf" => once(&mut claims.not_before, map.next_value()?)?,
                "sub" => once(&mut claims.subject, text(&mut map)?)?,
                _ => claims.others.push((name, unique(&mut map)?)),
            }
        }
        if repeats(&claims.others) {
            return Err(A::Error::custom("a claim occurs twice"));
        }
        Ok(claims)
    }
}

fn once<T, E: Error>(slot: &mut Option<T>, value: T) -> Result<(), E> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::custom("a claim occurs twice")),
    }
}

fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Cow<'de, str>, A::Error> {
    map.next_value().map(|Name(text)| text)
}

fn repeats(members: &[(Cow<'_, str>, &RawValue)]) -> bool {
    if members.len() > USUAL_MEMBERS {
        let mut names: Vec<_> = members
            .iter()
            .map(|(name, _)| Cow::Borrowed(&**name))
            .collect();
        return has_duplicates(&mut names);
    }
    let mut rest = members;
    while let Some(((name, _), others)) = rest.split_first() {
        if others.iter().any(|(other, _)| other == name) {
            return true;
        }
        rest = others;
    }
    false
}

/// Takes a member as it stands, if no object in it names a member twice.
fn unique<'de, A: MapAccess<'de>>(map: &mut A) -> Result<&'de RawValue, A::Error> {
    let value: &RawValue = map.next_value()?;
    // Only what holds an object can name a member twice; lists of roles do not.
    let text = value.get();
    if matches!(text.as_bytes().first(), Some(b'{' | b'[')) && text.contains('{') {
        check_members(text).map_err(A::Error::custom)?;
    }
    Ok(value)
}

/// `aud`: a string, or an array of strings.
pub(crate) enum Audience<'a> {
    Many(Vec<Name<'a>>),
    One(Cow<'a, str>),
}

impl Audience<'_> {
    /// Whether `expected` is named, as it is spelled.
    pub(crate) fn names(&self, expected: &str) -> bool {
        match self {
            Self::Many(names) => names.iter().any(|Name(name)| name == expected),
            Self::One(name) => name == expected,
        }
    }

    fn into_owned(self) -> Vec<String> {
        match self {
            Self::Many(names) => names
                .into_iter()
                .map(|Name(name)| name.into_owned())
                .collect(),
            Self::One(name) => vec![name.into_owned()],
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Audience<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AudienceVisitor)
    }
}

struct AudienceVisitor;

impl<'de> Visitor<'de> for AudienceVisitor {
    type Value = Audience<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an array of strings")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Audience::One(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Audience::One(Cow::Owned(name.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = elements.next_element()? {
            names.push(name);
        }
        Ok(Audience::Many(names))
    }
}
