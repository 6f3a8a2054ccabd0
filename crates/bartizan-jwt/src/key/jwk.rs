use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::rsa::{KeyPairComponents, PublicKeyComponents};
use bartizan_secret::SecretBytes;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::public::{Curve, Family, Public};
use super::signing::Signer;
use super::{HmacKey, KeyError, SigningKey, VerifyingKey, id};
use crate::json::Name;
use crate::{Algorithm, base64url, json};

/// The members of a JWK ([RFC 7517 section 4]) that this crate looks at.
///
/// [RFC 7517 section 4]: https://www.rfc-editor.org/rfc/rfc7517#section-4
#[derive(Deserialize)]
pub(super) struct Jwk<'a> {
    #[serde(borrow)]
    kty: Name<'a>,
    #[serde(borrow, default, deserialize_with = "present")]
    alg: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    kid: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present", rename = "use")]
    usage: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    key_ops: Option<Vec<Name<'a>>>,
    #[serde(borrow, default, deserialize_with = "present")]
    crv: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    x: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    y: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    n: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    e: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    k: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    d: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    p: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    q: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    dp: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    dq: Option<Name<'a>>,
    #[serde(borrow, default, deserialize_with = "present")]
    qi: Option<Name<'a>>,
}

/// Takes a member as it is: `null` is a wrong type, not an absent member.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

impl<'a> Jwk<'a> {
    pub(super) fn parse(json: &'a str) -> Result<Self, KeyError> {
        json::check_members(json).map_err(|_| KeyError::Encoding)?;
        serde_json::from_str(json).map_err(|_| KeyError::Encoding)
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.kid.as_ref().map(|Name(kid)| &**kid)
    }

    /// Whether the key is for signatures at all, before its numbers are read.
    pub(super) fn check_use(&self, operation: &str) -> Result<(), KeyError> {
        let usage = self.usage.as_ref().is_none_or(|Name(usage)| usage == "sig");
        let operations = self
            .key_ops
            .as_ref()
            .is_none_or(|operations| operations.iter().any(|Name(allowed)| allowed == operation));
        if usage && operations {
            Ok(())
        } else {
            Err(KeyError::Use)
        }
    }

    /// Returns the key's algorithm: its own, else `given`, else the one that its
    /// curve implies.
    fn algorithm(&self, given: Option<Algorithm>) -> Result<Algorithm, KeyError> {
        let Some(Name(own)) = &self.alg else {
            return given.or(self.implied()?).ok_or(KeyError::Algorithm);
        };
        let own = own.parse().map_err(|_| KeyError::Algorithm)?;
        if given.is_some_and(|given| given != own) {
            return Err(KeyError::Algorithm);
        }
        Ok(own)
    }

    /// Returns the one algorithm that a key of this type can have.
    fn implied(&self) -> Result<Option<Algorithm>, KeyError> {
        if self.is_symmetric() {
            return Ok(None);
        }
        let family = self.family()?;
        let mut algorithms = Algorithm::ALL.into_iter();
        Ok(algorithms.find(|algorithm| family != Family::Rsa && family.fits(*algorithm)))
    }

    /// Whether a key that names no algorithm may be used with `algorithm`.
    pub(super) fn may_be(&self, algorithm: Algorithm) -> bool {
        self.family().is_ok_and(|family| family.fits(algorithm))
    }

    fn is_symmetric(&self) -> bool {
        self.kty.0 == "oct"
    }

    /// Whether this is a secret with its bytes, whatever they are worth.
    pub(super) fn holds_secret(&self) -> bool {
        self.is_symmetric() && self.k.is_some() && self.check_use("verify").is_ok()
    }

    pub(super) fn names_algorithm(&self) -> bool {
        self.alg.is_some()
    }

    pub(super) fn verifying(&self, given: Option<Algorithm>) -> Result<VerifyingKey, KeyError> {
        self.check_use("verify")?;
        let id = self.id().map(id::parse).transpose()?;
        let algorithm = self.algorithm(given)?;
        if self.is_symmetric() {
            return Ok(VerifyingKey::from(self.hmac(algorithm)?).with_key_id(id));
        }
        let private = [
            &self.d, &self.p, &self.q, &self.dp, &self.dq, &self.qi, &self.k,
        ];
        if private.into_iter().any(Option::is_some) {
            return Err(KeyError::Private);
        }
        Ok(VerifyingKey::from_numbers(algorithm, self.public()?)?.with_key_id(id))
    }

    pub(super) fn signing(&self, given: Option<Algorithm>) -> Result<SigningKey, KeyError> {
        self.check_use("sign")?;
        let algorithm = self.algorithm(given)?;
        let key = if self.is_symmetric() {
            self.hmac(algorithm)?.into()
        } else {
            SigningKey::new(algorithm, self.signer(algorithm)?)?
        };
        match self.id() {
            Some(id) => key.with_id(id),
            None => Ok(key),
        }
    }

    fn hmac(&self, algorithm: Algorithm) -> Result<HmacKey, KeyError> {
        HmacKey::new(algorithm, &SecretBytes::from(&**secret(self.k.as_ref())?))
    }

    fn signer(&self, algorithm: Algorithm) -> Result<Signer, KeyError> {
        if self.d.is_none() {
            return Err(KeyError::Kind);
        }
        let public = self.public()?;
        public.parse(algorithm)?;
        let d = secret(self.d.as_ref())?;
        match &public {
            Public::Ec { curve, point } if d.len() == curve.coordinate_len() => {
                Signer::ecdsa(*curve, &d, point)
            }
            Public::Ec { .. } => Err(KeyError::Encoding),
            Public::Ed25519 { x } if d.len() == 32 => Signer::ed25519(&d, x),
            Public::Ed25519 { .. } => Err(KeyError::Encoding),
            Public::Rsa { n, e } => {
                let components = KeyPairComponents {
                    public_key: PublicKeyComponents { n: &**n, e: &**e },
                    d: &**d,
                    p: &**secret(self.p.as_ref())?,
                    q: &**secret(self.q.as_ref())?,
                    dP: &**secret(self.dp.as_ref())?,
                    dQ: &**secret(self.dq.as_ref())?,
                    qInv: &**secret(self.qi.as_ref())?,
                };
                RsaKeyPair::from_components(&components)
                    .and_then(|pair| Signer::rsa(algorithm, pair))
                    .map_err(|_| KeyError::Invalid)
            }
        }
    }

    fn family(&self) -> Result<Family, KeyError> {
        let curve = self.crv.as_ref().map(|Name(crv)| &**crv);
        match (&*self.kty.0, curve) {
            ("EC", Some(curve)) => Curve::from_name(curve).map(Family::Ec),
            ("OKP", Some("Ed25519")) => Some(Family::Ed25519),
            ("RSA", None) => Some(Family::Rsa),
            _ => None,
        }
        .ok_or(KeyError::Kind)
    }

    fn public(&self) -> Result<Public, KeyError> {
        match self.family()? {
            Family::Ec(curve) => {
                let (x, y) = (number(self.x.as_ref())?, number(self.y.as_ref())?);
                // RFC 7518 section 6.2.1.2: the full size, leading zeros included.
                if [&x, &y]
                    .into_iter()
                    .any(|one| one.len() != curve.coordinate_len())
                {
                    return Err(KeyError::Encoding);
                }
                let point = [&[4], &*x, &*y].concat().into_boxed_slice();
                Ok(Public::Ec { curve, point })
            }
            Family::Ed25519 => Ok(Public::Ed25519 {
                x: number(self.x.as_ref())?.into(),
            }),
            Family::Rsa => Ok(Public::Rsa {
                n: without_leading_zeros(&number(self.n.as_ref())?),
                e: without_leading_zeros(&number(self.e.as_ref())?),
            }),
        }
    }
}

fn number(member: Option<&Name<'_>>) -> Result<Vec<u8>, KeyError> {
    let Name(text) = member.ok_or(KeyError::Encoding)?;
    base64url::decode_to_vec(text.as_bytes()).ok_or(KeyError::Encoding)
}

fn secret(member: Option<&Name<'_>>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    number(member).map(Zeroizing::new)
}

/// Some libraries prefix a zero, as RFC 7518 section 6.3.1.1 notes.
fn without_leading_zeros(number: &[u8]) -> Box<[u8]> {
    let start = number.iter().position(|byte| *byte != 0);
    number
        .get(start.unwrap_or(number.len())..)
        .unwrap_or_default()
        .into()
}
