//! Public keys as numbers, whatever form they came in.

use aws_lc_rs::digest;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature;
use aws_lc_rs::signature::{ParsedPublicKey, RsaParameters, VerificationAlgorithm};

use super::{KeyError, der, roca};
use crate::{Algorithm, base64url};

const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// The limit of aws-lc; larger exponents only buy an attacker slow checks.
const RSA_EXPONENT_BITS: usize = 33;

const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
const P256: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
const P384: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22";
const P521: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23";
const ED25519: &[u8] = b"\x06\x03\x2b\x65\x70";

/// A family of keys: the `kty`, and the curve where there is one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Family {
    Ec(Curve),
    Ed25519,
    Rsa,
}

impl Family {
    /// Reads the body of an `AlgorithmIdentifier`.
    pub(super) fn from_der(identifier: &[u8]) -> Option<Self> {
        match identifier {
            RSA => Some(Self::Rsa),
            P256 => Some(Self::Ec(Curve::P256)),
            P384 => Some(Self::Ec(Curve::P384)),
            P521 => Some(Self::Ec(Curve::P521)),
            ED25519 => Some(Self::Ed25519),
            _ => None,
        }
    }

    pub(super) fn fits(self, algorithm: Algorithm) -> bool {
        match self {
            Self::Ec(Curve::P256) => algorithm == Algorithm::ES256,
            Self::Ec(Curve::P384) => algorithm == Algorithm::ES384,
            Self::Ec(Curve::P521) => algorithm == Algorithm::ES512,
            Self::Ed25519 => algorithm == Algorithm::EdDSA,
            Self::Rsa => algorithm.is_rsa(),
        }
    }
}

/// An elliptic curve of RFC 7518 section 6.2.1.1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "P-256" => Some(Self::P256),
            "P-384" => Some(Self::P384),
            "P-521" => Some(Self::P521),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    pub(super) fn coordinate_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

/// The numbers of a public key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Public {
    /// An uncompressed point: `04`, x, y.
    Ec {
        curve: Curve,
        point: Box<[u8]>,
    },
    Ed25519 {
        x: Box<[u8]>,
    },
    Rsa {
        n: Box<[u8]>,
        e: Box<[u8]>,
    },
}

impl Public {
    pub(super) fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let (identifier, key) = der::spki(der).ok_or(KeyError::Encoding)?;
        match Family::from_der(identifier).ok_or(KeyError::Kind)? {
            Family::Ec(curve) => Ok(Self::Ec {
                curve,
                point: key.into(),
            }),
            Family::Ed25519 => Ok(Self::Ed25519 { x: key.into() }),
            Family::Rsa => Self::from_pkcs1(key),
        }
    }

    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, KeyError> {
        let (n, e) = der::rsa_public_key(der).ok_or(KeyError::Encoding)?;
        Ok(Self::Rsa {
            n: n.into(),
            e: e.into(),
        })
    }

    pub(super) fn family(&self) -> Family {
        match self {
            Self::Ec { curve, .. } => Family::Ec(*curve),
            Self::Ed25519 { .. } => Family::Ed25519,
            Self::Rsa { .. } => Family::Rsa,
        }
    }

    /// Checks the numbers, and readies them for `algorithm`.
    pub(super) fn parse(&self, algorithm: Algorithm) -> Result<ParsedPublicKey, KeyError> {
        if !self.family().fits(algorithm) {
            return Err(KeyError::Algorithm);
        }
        match self {
            Self::Ec { curve, point } => {
                // A compressed point is a valid SEC1 form, and none of JOSE's.
                if point.len() != 1 + 2 * curve.coordinate_len() || point.first() != Some(&4) {
                    return Err(KeyError::Encoding);
                }
                let scheme: &dyn VerificationAlgorithm = match curve {
                    Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED,
                    Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED,
                    Curve::P521 => &signature::ECDSA_P521_SHA512_FIXED,
                };
                ParsedPublicKey::new(scheme, point).map_err(|_| KeyError::Invalid)
            }
            Self::Ed25519 { x } => {
                if x.len() != 32 {
                    return Err(KeyError::Encoding);
                }
                ParsedPublicKey::new(&signature::ED25519, x).map_err(|_| KeyError::Invalid)
            }
            Self::Rsa { n, e } => {
                check_rsa(n, e)?;
                let scheme = rsa_scheme(algorithm).ok_or(KeyError::Algorithm)?;
                PublicKeyComponents { n, e }
                    .to_parsed_public_key(scheme)
                    .map_err(|_| KeyError::Invalid)
            }
        }
    }

    /// Returns the members that a JWK must have, in the order that
    /// [RFC 7638 section 3.2] hashes them in.
    ///
    /// [RFC 7638 section 3.2]: https://www.rfc-editor.org/rfc/rfc7638#section-3.2
    pub(super) fn required_members(&self) -> Vec<(&'static str, String)> {
        let text = |text: &str| text.to_owned();
        match self {
            Self::Ec { curve, point } => {
                let len = curve.coordinate_len();
                let coordinates = point.get(1..).unwrap_or_default();
                let (x, y) = coordinates.split_at(len.min(coordinates.len()));
                vec![
                    ("crv", text(curve.name())),
                    ("kty", text("EC")),
                    ("x", base64url::encode(x)),
                    ("y", base64url::encode(y)),
                ]
            }
            Self::Ed25519 { x } => vec![
                ("crv", text("Ed25519")),
                ("kty", text("OKP")),
                ("x", base64url::encode(x)),
            ],
            Self::Rsa { n, e } => vec![
                ("e", base64url::encode(e)),
                ("kty", text("RSA")),
                ("n", base64url::encode(n)),
            ],
        }
    }

    /// Returns the SHA-256 thumbprint of [RFC 7638], in base64url.
    ///
    /// [RFC 7638]: https://www.rfc-editor.org/rfc/rfc7638
    pub(super) fn thumbprint(&self) -> String {
        let mut json = String::from("{");
        for (name, value) in self.required_members() {
            if json.len() > 1 {
                json.push(',');
            }
            // Names and values are base64url or from this file: nothing to escape.
            json.extend(["\"", name, "\":\"", &value, "\""]);
        }
        json.push('}');
        base64url::encode(digest::digest(&digest::SHA256, json.as_bytes()).as_ref())
    }
}

fn check_rsa(n: &[u8], e: &[u8]) -> Result<(), KeyError> {
    if !RSA_BITS.contains(&bits(n)) {
        return Err(KeyError::Size);
    }
    let even = |number: &[u8]| number.last().is_none_or(|last| last % 2 == 0);
    if even(n) || even(e) || e == [1] || bits(e) > RSA_EXPONENT_BITS || roca::is_weak(n) {
        return Err(KeyError::Invalid);
    }
    Ok(())
}

fn bits(number: &[u8]) -> usize {
    match number.first() {
        Some(first) => {
            number.len() * 8 - usize::from(u8::try_from(first.leading_zeros()).unwrap_or(8))
        }
        None => 0,
    }
}

fn rsa_scheme(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Algorithm::PS256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
        Algorithm::RS256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        _ => None,
    }
}
