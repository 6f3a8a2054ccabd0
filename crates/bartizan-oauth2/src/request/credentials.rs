use bartizan_core::{Rejection, RequestHead, credentials};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use zeroize::Zeroizing;

use super::form::decode;
use super::{Form, invalid_request};

/// How the client says who it is ([RFC 6749, section 2.3.1]).
///
/// [RFC 6749, section 2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
pub(crate) struct Presented {
    pub(crate) proof: Proof,
    /// Whether there was an `Authorization` field, which a refusal answers by a
    /// challenge.
    pub(crate) by_field: bool,
}

pub(crate) enum Proof {
    /// A name alone, as a public client has it.
    Id(Zeroizing<String>),
    /// Nothing.
    None,
    Secret {
        id: Zeroizing<String>,
        secret: Zeroizing<String>,
    },
    /// An `Authorization` field that is not one of HTTP Basic.
    Unreadable,
}

/// What a client id and a secret can be in base64, with room to spare.
const MAX_BASIC: usize = 8 * 1024;

impl Presented {
    pub(crate) fn find(head: RequestHead<'_>, form: &mut Form) -> Result<Self, Rejection> {
        let (id, secret) = (form.take("client_id"), form.take("client_secret"));
        let basic =
            credentials(head, "basic").map_err(|failure| invalid_request(failure.detail()))?;
        let by_field = head.headers().contains_key(AUTHORIZATION);
        if by_field && secret.is_some() {
            return Err(invalid_request("the client authenticates in two ways"));
        }
        let proof = match basic.map(decode_basic) {
            Some(Some((own, secret))) => {
                if id.is_some_and(|id| id != own) {
                    return Err(invalid_request("the client has two names"));
                }
                Proof::new(Some(own), Some(secret))?
            }
            Some(None) => Proof::Unreadable,
            None if by_field => Proof::Unreadable,
            None => Proof::new(id, secret)?,
        };
        Ok(Self { proof, by_field })
    }
}

impl Proof {
    /// A secret that is empty counts as left out ([RFC 6749, section 2.3.1]).
    ///
    /// [RFC 6749, section 2.3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
    fn new(
        id: Option<Zeroizing<String>>,
        secret: Option<Zeroizing<String>>,
    ) -> Result<Self, Rejection> {
        match (id, secret.filter(|secret| !secret.is_empty())) {
            (Some(id), Some(secret)) => Ok(Self::Secret { id, secret }),
            (Some(id), None) => Ok(Self::Id(id)),
            (None, Some(_)) => Err(invalid_request("client_id is missing")),
            (None, None) => Ok(Self::None),
        }
    }
}

/// Decodes id and secret, each of which is encoded as in a form before both are
/// joined.
fn decode_basic(encoded: &str) -> Option<(Zeroizing<String>, Zeroizing<String>)> {
    if encoded.len() > MAX_BASIC {
        return None;
    }
    let joined = Zeroizing::new(STANDARD.decode(encoded).ok()?);
    let colon = joined.iter().position(|&byte| byte == b':')?;
    let (id, secret) = joined.split_at_checked(colon)?;
    Some((decode(id)?, decode(secret.get(1..)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_2_3_1_id_and_secret_are_encoded_as_in_a_form() {
        for (joined, expected) in [
            ("ledger:secret", Some(("ledger", "secret"))),
            ("a%3Ab:c:d", Some(("a:b", "c:d"))),
            ("a+b:%2B%25", Some(("a b", "+%"))),
            ("%C3%A5:", Some(("\u{e5}", ""))),
            (":", Some(("", ""))),
            ("ledger", None),
            ("a:%", None),
            ("a%g0:b", None),
            ("a:%FF", None),
        ] {
            let found = decode_basic(&STANDARD.encode(joined));
            let found = found
                .as_ref()
                .map(|(id, secret)| (id.as_str(), secret.as_str()));
            assert_eq!(found, expected, "{joined}");
        }
    }

    #[test]
    fn base64_is_strict_and_its_length_bounded() {
        for encoded in [
            "", "====", "YTpi=", "YTpi\n", "YTp_", "YTo=YTo=", "YTq=:", "YTp",
        ] {
            assert!(decode_basic(encoded).is_none(), "{encoded}");
        }
        let long = |bytes: usize| STANDARD.encode(format!("a:{}", "x".repeat(bytes)));
        assert!(decode_basic(&long(6_142)).is_some());
        assert!(decode_basic(&long(6_143)).is_none());
    }
}
