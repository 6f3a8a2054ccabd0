use std::fmt;
use std::str::FromStr;

use http::HeaderValue;

use crate::InvalidValue;

/// The value of `Permissions-Policy`: what a page may do with the device, the
/// location and so on.
///
/// It starts with every known feature denied to everyone.
///
/// ```
/// use bartizan_headers::{PermissionsPolicy, SecurityHeaders};
///
/// let policy = PermissionsPolicy::deny_all()
///     .allow("fullscreen", ["self"])?
///     .allow("geolocation", ["self", "https://maps.example.com"])?;
/// let headers = SecurityHeaders::api().permissions_policy(&policy)?;
/// # Ok::<(), bartizan_headers::InvalidValue>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct PermissionsPolicy {
    features: Vec<(&'static str, String)>,
}

impl PermissionsPolicy {
    /// Creates a policy that denies every known feature.
    pub fn deny_all() -> Self {
        let denied = FEATURES.iter().map(|feature| (*feature, "()".to_owned()));
        Self {
            features: denied.collect(),
        }
    }

    /// Allows a `feature` to `origins`: `self`, `*`, or origins such as
    /// `https://maps.example.com`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidValue`] when no feature has the name, and when an origin is
    /// not one or `*` is not alone.
    pub fn allow<I>(mut self, feature: &str, origins: I) -> Result<Self, InvalidValue>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let list = self.features.iter_mut().find(|(name, _)| *name == feature);
        let Some((name, list)) = list else {
            let feature = feature.escape_debug();
            return Err(invalid(format!("no feature is called \"{feature}\"")));
        };
        *list = allowlist(origins).map_err(|problem| invalid(format!("{name}: {problem}")))?;
        Ok(self)
    }

    pub(crate) fn value(&self) -> Result<HeaderValue, InvalidValue> {
        HeaderValue::try_from(self.to_string()).map_err(|_| invalid("not a header value"))
    }
}

/// Reads what differs from denying everything, as it stands in the header:
/// `geolocation=(self "https://maps.example.com"), fullscreen=*`.
impl FromStr for PermissionsPolicy {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let mut policy = Self::deny_all();
        let mut seen = Vec::new();
        for item in text.split(',').map(str::trim) {
            let Some((feature, list)) = item.split_once('=') else {
                let item = item.escape_debug();
                return Err(invalid(format!("\"{item}\" has no list of origins")));
            };
            if seen.contains(&feature) {
                return Err(invalid(format!("{feature} is there twice")));
            }
            seen.push(feature);
            let inner = list.strip_prefix('(').and_then(|l| l.strip_suffix(')'));
            let origins = match (inner, list) {
                (Some(inner), _) => inner.split_ascii_whitespace().map(unquoted).collect(),
                (None, "*" | "self") => vec![list],
                (None, _) => {
                    let list = list.escape_debug();
                    return Err(invalid(format!(
                        "{feature}: \"{list}\" is no list of origins"
                    )));
                }
            };
            policy = policy.allow(feature, origins)?;
        }
        Ok(policy)
    }
}

/// Writes the policy as it stands in the header.
impl fmt::Display for PermissionsPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (feature, list)) in self.features.iter().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            write!(f, "{separator}{feature}={list}")?;
        }
        Ok(())
    }
}

fn allowlist<I>(origins: I) -> Result<String, String>
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    let mut list = String::new();
    let mut has_all = false;
    for origin in origins {
        let origin = origin.as_ref();
        if has_all || (origin == "*" && !list.is_empty()) {
            return Err("* stands alone".to_owned());
        }
        if !list.is_empty() {
            list.push(' ');
        }
        match origin {
            "*" => has_all = true,
            "self" => list.push_str(origin),
            origin if is_origin(origin) => {
                list.push('"');
                list.push_str(origin);
                list.push('"');
            }
            _ => return Err(format!("\"{}\" is no origin", origin.escape_debug())),
        }
    }
    Ok(if has_all {
        "*".to_owned()
    } else {
        format!("({list})")
    })
}

/// Returns whether `text` is a scheme, a host that may begin with `*.`, and a port or
/// none, with nothing that ends a quoted string.
fn is_origin(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    let host = host.strip_prefix("*.").unwrap_or(host);
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let is_port =
        |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
    host.split('.').all(is_label) && port.is_none_or(is_port)
}

fn unquoted(origin: &str) -> &str {
    let inner = origin.strip_prefix('"').and_then(|o| o.strip_suffix('"'));
    inner.unwrap_or(origin)
}

fn invalid(problem: impl Into<String>) -> InvalidValue {
    InvalidValue::new("permissions-policy", problem)
}

/// What browsers guard by a policy, as the [registry of features] and OWASP's list
/// have it.
///
/// [registry of features]: https://github.com/w3c/webappsec-permissions-policy/blob/main/features.md
const FEATURES: &[&str] = &[
    "accelerometer",
    "ambient-light-sensor",
    "attribution-reporting",
    "autoplay",
    "battery",
    "bluetooth",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "clipboard-write",
    "compute-pressure",
    "cross-origin-isolated",
    "display-capture",
    "document-domain",
    "encrypted-media",
    "execution-while-not-rendered",
    "execution-while-out-of-viewport",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "keyboard-map",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "navigation-override",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "speaker-selection",
    "storage-access",
    "sync-xhr",
    "usb",
    "web-share",
    "window-management",
    "xr-spatial-tracking",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denies_every_feature_by_default() {
        let written = PermissionsPolicy::deny_all().to_string();

        assert_eq!(written.matches("=()").count(), FEATURES.len());
        assert!(written.starts_with("accelerometer=(), ambient-light-sensor=(), "));
        assert!(FEATURES.is_sorted());
    }

    #[test]
    fn allows_what_is_named() {
        let cases = [
            ("usb=()", "usb=()"),
            ("usb=self", "usb=(self)"),
            ("usb=*", "usb=*"),
            ("usb=(*)", "usb=*"),
            (
                "camera=(self \"https://a.example\"), usb=(\"https://*.b.example:8443\")",
                "usb=(\"https://*.b.example:8443\")",
            ),
        ];

        for (text, part) in cases {
            let policy: PermissionsPolicy = text.parse().unwrap();
            assert!(policy.to_string().contains(part), "{policy}");
            assert_eq!(policy.features.len(), FEATURES.len());
            assert!(policy.value().is_ok());
        }
    }

    #[test]
    fn refuses_what_is_neither_feature_nor_origin() {
        let cases = [
            ("", "\"\" has no list of origins"),
            ("geo-location=()", "no feature is called \"geo-location\""),
            ("usb", "\"usb\" has no list of origins"),
            ("usb=none", "usb: \"none\" is no list of origins"),
            ("usb=(none)", "usb: \"none\" is no origin"),
            ("usb=('self')", "usb: \"\\'self\\'\" is no origin"),
            ("usb=(self *)", "usb: * stands alone"),
            ("usb=(* self)", "usb: * stands alone"),
            ("usb=(), usb=*", "usb is there twice"),
            ("usb=(example.com)", "usb: \"example.com\" is no origin"),
            (
                "usb=(https://a.example/x)",
                "usb: \"https://a.example/x\" is no origin",
            ),
            (
                "usb=(https://u@a.example)",
                "usb: \"https://u@a.example\" is no origin",
            ),
            ("usb=(https://)", "usb: \"https://\" is no origin"),
            (
                "usb=(https://a.example:0x1)",
                "usb: \"https://a.example:0x1\" is no origin",
            ),
        ];

        for (text, problem) in cases {
            let error = text.parse::<PermissionsPolicy>().unwrap_err();
            assert_eq!(error.problem(), problem, "{text}");
        }
        let quote = PermissionsPolicy::deny_all().allow("usb", ["https://a\" *"]);
        assert!(quote.is_err());
    }
}
