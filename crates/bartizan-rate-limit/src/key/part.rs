use std::fmt;
use std::sync::Arc;

use bartizan_core::{ClientAddr, Principal, RequestHead};
use http::{Extensions, HeaderName};

use super::{KeyBytes, KeyError, network};
use crate::routes::normal_path;

type Write = Arc<dyn Fn(RequestHead<'_>, &mut KeyBytes) -> Result<(), KeyError> + Send + Sync>;
type ReadPattern = Arc<dyn Fn(&Extensions) -> Option<&str> + Send + Sync>;

/// One of the ways to make a key, or several of them.
#[derive(Clone)]
pub(super) enum Part {
    All(Vec<Self>),
    Client { ipv4: u8, ipv6: u8 },
    Constant(&'static str),
    Credential,
    Custom(Write),
    First(Box<(Self, Self)>),
    Header(HeaderName),
    Method,
    Path,
    Pattern(ReadPattern),
    Principal,
}

impl Part {
    /// Writes the key. Each way writes something from which can be read where it
    /// ends, so that two keys of one shape are equal only if all their parts are.
    pub(super) fn write(
        &self,
        head: RequestHead<'_>,
        bytes: &mut KeyBytes,
    ) -> Result<(), KeyError> {
        match self {
            Self::All(parts) => parts.iter().try_for_each(|part| part.write(head, bytes))?,
            Self::Client { ipv4, ipv6 } => {
                let client = head.extensions().get::<ClientAddr>();
                let client = client.ok_or(KeyError::Unavailable("the client is not known"))?;
                bytes.raw(&network(client.ip(), *ipv4, *ipv6));
            }
            Self::Constant(name) => bytes.push(name),
            Self::Credential => {
                let id = principal(head)?.credential_id();
                let missing = KeyError::Unavailable("the credential has no id");
                bytes.push(id.ok_or(missing)?);
            }
            Self::Custom(write) => {
                let before = bytes.len();
                write(head, bytes)?;
                if bytes.len() == before {
                    return Err(KeyError::Missing("what the limit is by was not sent"));
                }
            }
            Self::First(alternatives) => {
                let (first, second) = &**alternatives;
                let before = bytes.len();
                bytes.raw(&[1]);
                match first.write(head, bytes) {
                    Err(error) if error.is_absence() => {
                        bytes.truncate(before);
                        bytes.raw(&[2]);
                        second.write(head, bytes)?;
                    }
                    written => written?,
                }
            }
            Self::Header(name) => bytes.push(header(head, name)?),
            Self::Method => bytes.push(head.method().as_str()),
            Self::Path => bytes.push(&*normal_path(head.uri().path())),
            Self::Pattern(read) => {
                let missing = KeyError::Unavailable("the router matched no pattern");
                bytes.push(read(head.extensions()).ok_or(missing)?);
            }
            Self::Principal => {
                let principal = principal(head)?;
                // No issuer is not the issuer with the empty name.
                match principal.issuer() {
                    Some(issuer) => {
                        bytes.raw(&[1]);
                        bytes.push(issuer);
                    }
                    None => bytes.raw(&[0]),
                }
                bytes.push(principal.subject());
            }
        }
        Ok(())
    }

    pub(super) fn is_own(&self) -> bool {
        match self {
            Self::Client { .. } | Self::Credential | Self::Principal => true,
            Self::All(parts) => parts.iter().any(Self::is_own),
            Self::First(alternatives) => alternatives.0.is_own() && alternatives.1.is_own(),
            Self::Constant(_)
            | Self::Custom(_)
            | Self::Header(_)
            | Self::Method
            | Self::Path
            | Self::Pattern(_) => false,
        }
    }
}

fn principal(head: RequestHead<'_>) -> Result<&Principal, KeyError> {
    head.extensions().get().ok_or(KeyError::Anonymous)
}

fn header<'a>(head: RequestHead<'a>, name: &HeaderName) -> Result<&'a [u8], KeyError> {
    let mut values = head.headers().get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) if !value.is_empty() => Ok(value.as_bytes()),
        (Some(_), Some(_)) => Err(KeyError::Malformed("what the limit is by was sent twice")),
        _ => Err(KeyError::Missing("what the limit is by was not sent")),
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => f.debug_list().entries(parts).finish(),
            Self::Client { ipv4, ipv6 } => write!(f, "client/{ipv4}/{ipv6}"),
            Self::Constant(name) => write!(f, "constant({name})"),
            Self::Credential => f.write_str("credential"),
            Self::Custom(_) => f.write_str("custom"),
            Self::First(alternatives) => {
                write!(f, "{:?} or {:?}", alternatives.0, alternatives.1)
            }
            Self::Header(name) => write!(f, "header({name})"),
            Self::Method => f.write_str("method"),
            Self::Path => f.write_str("path"),
            Self::Pattern(_) => f.write_str("pattern"),
            Self::Principal => f.write_str("principal"),
        }
    }
}
