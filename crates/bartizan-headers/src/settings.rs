use std::time::Duration;

use bartizan_core::{InvalidSettings, TrustedProxies};
use http::HeaderName;
use serde::Deserialize;

use crate::{
    FrameOptions, Hsts, InvalidValue, ReferrerPolicy, ResourcePolicy, SecurityHeader,
    SecurityHeaders, Transport,
};

/// [`SecurityHeaders`] as settings.
///
/// What is left out has the value of the profile. Where the text `off` is given for
/// a header, it is not sent.
///
/// ```
/// use bartizan_headers::HeadersSettings;
///
/// let settings: HeadersSettings = serde_json::from_str(
///     r#"{"behind_tls": true, "hsts_max_age": 31536000, "frame_options": "off"}"#,
/// )?;
/// let headers = settings.build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HeadersSettings {
    /// Which headers there are by default. Default: `api`.
    pub profile: HeadersProfile,
    /// Whether nothing but TLS leads to the service, so that
    /// `Strict-Transport-Security` is always sent. Default: false.
    pub behind_tls: bool,
    /// Addresses and networks of the proxies whose `X-Forwarded-Proto` is believed.
    /// Default: none.
    pub trusted_proxies: Vec<String>,
    /// `Cache-Control`, or `off`. Default: `no-store`.
    pub cache_control: Option<String>,
    /// `Content-Security-Policy`, or `off`. Default: `default-src 'none';
    /// frame-ancestors 'none'; base-uri 'none'; form-action 'none'`.
    pub content_security_policy: Option<String>,
    /// Whether `X-Content-Type-Options: nosniff` is left out. Default: false.
    pub insecure_allow_sniffing: bool,
    /// `X-Frame-Options`: `deny`, `sameorigin` or `off`. Default: `deny`.
    pub frame_options: Option<String>,
    /// Whether `Strict-Transport-Security` is sent over secure transport. Default:
    /// true.
    pub hsts: Option<bool>,
    /// The `max-age` of `Strict-Transport-Security`, in seconds. Default: 63072000,
    /// two years.
    pub hsts_max_age: Option<u64>,
    /// Whether `Strict-Transport-Security` takes the subdomains in. Default: true.
    pub hsts_subdomains: Option<bool>,
    /// Whether `Strict-Transport-Security` agrees to preload. Default: false.
    pub hsts_preload: bool,
    /// What `Permissions-Policy` allows, such as `geolocation=(self)`, or `off`; the
    /// rest is denied. Default: all is.
    pub permissions_policy: Option<String>,
    /// `Referrer-Policy`, or `off`. Default: `no-referrer`.
    pub referrer_policy: Option<String>,
    /// `Cross-Origin-Resource-Policy`: `same-origin`, `same-site`, `cross-origin` or
    /// `off`. Default: `same-origin`.
    pub resource_policy: Option<String>,
    /// Names of the fields that are taken away. Default: `server` and
    /// `x-powered-by`.
    pub remove: Option<Vec<String>>,
}

/// A set of headers to start from.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum HeadersProfile {
    /// [`SecurityHeaders::api`].
    #[default]
    Api,
}

impl HeadersSettings {
    /// Makes the guard.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSettings`] with every setting that is wrong.
    pub fn build(&self) -> Result<SecurityHeaders, InvalidSettings> {
        let mut made = Making {
            headers: match self.profile {
                HeadersProfile::Api => SecurityHeaders::api(),
            },
            problems: InvalidSettings::new(),
        };
        made.transport(self.behind_tls, &self.trusted_proxies);
        made.hsts(self);
        if self.insecure_allow_sniffing {
            made.change(|headers| headers.without(SecurityHeader::ContentTypeOptions));
        }
        made.text(
            "cache_control",
            SecurityHeader::CacheControl,
            self.cache_control.as_deref(),
            |headers, value| Ok(headers.cache_control(value)?),
        );
        made.text(
            "content_security_policy",
            SecurityHeader::ContentSecurityPolicy,
            self.content_security_policy.as_deref(),
            |headers, value| Ok(headers.content_security_policy(value.parse()?)?),
        );
        made.text(
            "permissions_policy",
            SecurityHeader::PermissionsPolicy,
            self.permissions_policy.as_deref(),
            |headers, value| Ok(headers.permissions_policy(&value.parse()?)?),
        );
        made.text(
            "frame_options",
            SecurityHeader::FrameOptions,
            self.frame_options.as_deref(),
            |headers, value| Ok(headers.frame_options(choose(value, FRAME_OPTIONS)?)),
        );
        made.text(
            "referrer_policy",
            SecurityHeader::ReferrerPolicy,
            self.referrer_policy.as_deref(),
            |headers, value| Ok(headers.referrer_policy(choose(value, REFERRER_POLICIES)?)),
        );
        made.text(
            "resource_policy",
            SecurityHeader::ResourcePolicy,
            self.resource_policy.as_deref(),
            |headers, value| Ok(headers.resource_policy(choose(value, RESOURCE_POLICIES)?)),
        );
        made.remove(self.remove.as_deref());
        made.problems.into_result(made.headers)
    }
}

/// The guard as far as it is made, and what was wrong so far.
struct Making {
    headers: SecurityHeaders,
    problems: InvalidSettings,
}

impl Making {
    fn change(&mut self, change: impl FnOnce(SecurityHeaders) -> SecurityHeaders) {
        self.headers = change(self.headers.clone());
    }

    fn text<F>(
        &mut self,
        setting: &'static str,
        header: SecurityHeader,
        value: Option<&str>,
        set: F,
    ) where
        F: FnOnce(SecurityHeaders, &str) -> Result<SecurityHeaders, Mistake>,
    {
        match value.map(str::trim) {
            None => {}
            Some("off") => self.change(|headers| headers.without(header)),
            Some(value) => match set(self.headers.clone(), value) {
                Ok(headers) => self.headers = headers,
                Err(Mistake(mistake)) => self.problems.add(setting, mistake),
            },
        }
    }

    fn transport(&mut self, behind_tls: bool, proxies: &[String]) {
        if behind_tls && !proxies.is_empty() {
            let problem = "it means nothing where all is behind TLS";
            self.problems.add("trusted_proxies", problem);
        } else if behind_tls {
            self.change(SecurityHeaders::behind_tls);
        } else if !proxies.is_empty() {
            let proxies = TrustedProxies::parse(proxies);
            if let Some(proxies) = self.problems.note("trusted_proxies", proxies) {
                self.change(|headers| headers.transport(Transport::behind(proxies)));
            }
        }
    }

    fn hsts(&mut self, settings: &HeadersSettings) {
        let is_described = settings.hsts_max_age.is_some()
            || settings.hsts_subdomains.is_some()
            || settings.hsts_preload;
        if settings.hsts == Some(false) {
            if is_described {
                let problem = "it is off, and yet described by other settings";
                self.problems.add("hsts", problem);
            }
            self.change(|headers| headers.without(SecurityHeader::TransportSecurity));
            return;
        }
        let mut hsts = Hsts::default();
        if let Some(seconds) = settings.hsts_max_age {
            hsts = hsts.max_age(Duration::from_secs(seconds));
        }
        if settings.hsts_subdomains == Some(false) {
            hsts = hsts.insecure_without_subdomains();
        }
        if settings.hsts_preload {
            hsts = hsts.preload();
        }
        match self.headers.clone().hsts(hsts) {
            Ok(headers) => self.headers = headers,
            Err(error) => self.problems.add("hsts_preload", error.problem()),
        }
    }

    fn remove(&mut self, names: Option<&[String]>) {
        let Some(names) = names else { return };
        let mut parsed = Vec::new();
        for name in names {
            match HeaderName::try_from(name.as_str()) {
                Ok(name) => parsed.push(name),
                Err(_) => {
                    let name = name.escape_debug();
                    let problem = format_args!("\"{name}\" is no name of a field");
                    self.problems.add("remove", problem);
                }
            }
        }
        self.change(|headers| headers.remove(parsed));
    }
}

/// What is wrong with a text.
struct Mistake(String);

impl From<InvalidValue> for Mistake {
    fn from(error: InvalidValue) -> Self {
        Self(error.problem().to_owned())
    }
}

fn choose<T: Copy>(value: &str, choices: &[(&str, T)]) -> Result<T, Mistake> {
    let found = choices.iter().find(|(name, _)| *name == value);
    found.map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        Mistake(format!("is none of {}, off", names.join(", ")))
    })
}

const FRAME_OPTIONS: &[(&str, FrameOptions)] = &[
    ("deny", FrameOptions::Deny),
    ("sameorigin", FrameOptions::SameOrigin),
];

const REFERRER_POLICIES: &[(&str, ReferrerPolicy)] = &[
    ("no-referrer", ReferrerPolicy::NoReferrer),
    ("origin", ReferrerPolicy::Origin),
    (
        "origin-when-cross-origin",
        ReferrerPolicy::OriginWhenCrossOrigin,
    ),
    ("same-origin", ReferrerPolicy::SameOrigin),
    ("strict-origin", ReferrerPolicy::StrictOrigin),
    (
        "strict-origin-when-cross-origin",
        ReferrerPolicy::StrictOriginWhenCrossOrigin,
    ),
];

const RESOURCE_POLICIES: &[(&str, ResourcePolicy)] = &[
    ("cross-origin", ResourcePolicy::CrossOrigin),
    ("same-origin", ResourcePolicy::SameOrigin),
    ("same-site", ResourcePolicy::SameSite),
];
