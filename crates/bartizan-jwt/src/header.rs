use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use crate::json::{Name, Unique, has_duplicates};
use crate::{Algorithm, KeySet, SigningKey, TokenError, base64url};

/// What a JOSE header ([RFC 7515 section 4]) says. Nothing of it is verified.
///
/// `jku`, `jwk`, `x5u` and `x5c` are not read: they are the sender's own word on
/// which key to trust.
///
/// [RFC 7515 section 4]: https://www.rfc-editor.org/rfc/rfc7515#section-4
pub(crate) struct Header<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) id: Option<Cow<'a, str>>,
    pub(crate) typ: Option<Cow<'a, str>>,
}

impl Header<'_> {
    /// Decodes and reads the first part of a token, and hands it to `read`.
    pub(crate) fn decode<T>(
        segment: &[u8],
        read: impl FnOnce(Header<'_>) -> Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        let bytes = base64url::decode_to_vec(segment).ok_or(TokenError::Malformed)?;
        let json = std::str::from_utf8(&bytes).map_err(|_| TokenError::Header)?;
        read(Header::parse(json)?)
    }

    /// Returns the first part of the tokens that `key` signs.
    pub(crate) fn encode(key: &SigningKey, typ: Option<&str>) -> String {
        let mut members = vec![("alg", key.algorithm().as_str())];
        members.extend(typ.map(|typ| ("typ", typ)));
        members.extend(key.id().map(|id| ("kid", id)));
        let header: serde_json::Value = members.into_iter().collect();
        base64url::encode(header.to_string().as_bytes())
    }
}

impl<'a> Header<'a> {
    /// Reads a header.
    pub(crate) fn parse(json: &'a str) -> Result<Self, TokenError> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let members = MembersVisitor
            .deserialize(&mut deserializer)
            .map_err(|_| TokenError::Header)?;
        deserializer.end().map_err(|_| TokenError::Header)?;
        if members.critical {
            return Err(TokenError::Critical);
        }
        let algorithm = members.algorithm.ok_or(TokenError::Header)?;
        if members
            .id
            .as_ref()
            .is_some_and(|id| id.len() > KeySet::MAX_ID_LEN)
        {
            return Err(TokenError::Header);
        }
        Ok(Self {
            algorithm: algorithm.parse().map_err(|_| TokenError::Algorithm)?,
            id: members.id,
            typ: members.typ,
        })
    }
}

#[derive(Default)]
struct Members<'a> {
    algorithm: Option<Cow<'a, str>>,
    critical: bool,
    id: Option<Cow<'a, str>>,
    typ: Option<Cow<'a, str>>,
}

struct MembersVisitor;

impl<'de> DeserializeSeed<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JOSE header")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::default();
        let mut names = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            match &*name {
                "alg" => members.algorithm = Some(text(&mut map)?),
                "cty" => drop(text(&mut map)?),
                "kid" => members.id = Some(text(&mut map)?),
                "typ" => members.typ = Some(text(&mut map)?),
                // This crate understands no extension, so whatever `crit` lists
                // is unknown, and an empty list is forbidden. `b64` (RFC 7797)
                // and `zip` change what the payload is, and so are refused even
                // where the sender forgot to call them critical.
                "b64" | "crit" | "zip" => {
                    map.next_value_seed(Unique)?;
                    members.critical = true;
                }
                _ => map.next_value_seed(Unique)?,
            }
            names.push(name);
        }
        if has_duplicates(&mut names) {
            return Err(A::Error::custom("a member occurs twice"));
        }
        Ok(members)
    }
}

fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Cow<'de, str>, A::Error> {
    map.next_value().map(|Name(text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jwt_9_the_header_is_an_object_without_duplicates() {
        for json in [
            "",
            "[]",
            "null",
            "\"alg\"",
            "{}",
            r#"{"typ":"JWT"}"#,
            r#"{"alg":null}"#,
            r#"{"alg":1}"#,
            r#"{"alg":["ES256"]}"#,
            r#"{"alg":"ES256","kid":1}"#,
            r#"{"alg":"ES256","kid":null}"#,
            r#"{"alg":"ES256","typ":{}}"#,
            r#"{"alg":"ES256","cty":0}"#,
            r#"{"alg":"ES256","alg":"ES256"}"#,
            r#"{"alg":"ES256","alg":"none"}"#,
            r#"{"alg":"ES256","al\u0067":"HS256"}"#,
            r#"{"alg":"ES256","jwk":{"kty":"EC","kty":"oct"}}"#,
            r#"{"alg":"ES256","x":[{"a":1,"a":2}]}"#,
            r#"{"alg":"ES256"}{}"#,
            r#"{"alg":"ES256",}"#,
            r#"{'alg':'ES256'}"#,
            "\u{feff}{\"alg\":\"ES256\"}",
        ] {
            assert_eq!(
                Header::parse(json).err(),
                Some(TokenError::Header),
                "{json}"
            );
        }
    }

    #[test]
    fn jwt_1_and_4_unknown_algorithms_are_refused() {
        for name in [
            "none", "None", "nOnE", "hs256", "es256", "ES256K", "HS256 ", "",
        ] {
            let json = format!(r#"{{"alg":"{name}"}}"#);
            assert_eq!(
                Header::parse(&json).err(),
                Some(TokenError::Algorithm),
                "{name}"
            );
        }
    }

    #[test]
    fn jwt_7_every_crit_is_refused() {
        for crit in [
            r#"["b64"]"#,
            r#"["http://example.invalid/UNDEFINED"]"#,
            "[]",
            r#"["alg"]"#,
            r#"["exp","exp"]"#,
            r#"["exp"]"#,
            r#""exp""#,
            "null",
            "{}",
        ] {
            let json = format!(r#"{{"alg":"ES256","exp":1,"b64":true,"crit":{crit}}}"#);
            assert_eq!(
                Header::parse(&json).err(),
                Some(TokenError::Critical),
                "{crit}"
            );
        }
    }

    #[test]
    fn refuses_headers_that_change_what_the_payload_is() {
        for json in [
            r#"{"alg":"ES256","b64":false}"#,
            r#"{"alg":"ES256","b64":true}"#,
            r#"{"alg":"ES256","zip":"DEF"}"#,
        ] {
            assert_eq!(
                Header::parse(json).err(),
                Some(TokenError::Critical),
                "{json}"
            );
        }
    }

    #[test]
    fn jwt_16_keys_in_the_header_are_not_read() {
        let json =
            r#"{"jku":"https://evil.test","x5u":1,"jwk":{"k":"AA"},"x5c":[""],"alg":"ES256"}"#;

        let header = Header::parse(json).unwrap();

        assert_eq!(header.algorithm, Algorithm::ES256);
        assert_eq!((header.id, header.typ), (None, None));
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_read_without_panic(json: String) {
            let _ = Header::parse(&json);
        }
    }
}
