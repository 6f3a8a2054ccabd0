use std::net::SocketAddr;
use std::sync::Arc;

use bartizan_core::{Guard, RequestHead, Verdict};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, SERVER, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{Extensions, HeaderName, HeaderValue};

use crate::cache::cache_control;
use crate::seal::Profile;
use crate::{
    ContentSecurityPolicy, FrameOptions, Hsts, InvalidValue, PermissionsPolicy, ReferrerPolicy,
    ResourcePolicy, Seal, Transport,
};

/// Guard that lets every request pass, and marks its response with security headers.
///
/// See the [crate documentation](crate) for an example. Put it first in a chain, so
/// that it marks the rejections of the guards after it, too. Cloning is cheap.
#[derive(Clone, Debug)]
#[must_use]
pub struct SecurityHeaders {
    profile: Arc<Profile>,
    transport: Transport,
}

/// A header that [`SecurityHeaders`] can be told to leave out.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum SecurityHeader {
    /// `Cache-Control`.
    CacheControl,
    /// `Content-Security-Policy`.
    ContentSecurityPolicy,
    /// `X-Content-Type-Options`.
    ContentTypeOptions,
    /// `X-Frame-Options`.
    FrameOptions,
    /// `Permissions-Policy`.
    PermissionsPolicy,
    /// `Referrer-Policy`.
    ReferrerPolicy,
    /// `Cross-Origin-Resource-Policy`.
    ResourcePolicy,
    /// `Strict-Transport-Security`.
    TransportSecurity,
}

impl SecurityHeaders {
    /// Creates a guard with what suits an API, whose responses are data and no pages.
    ///
    /// | Header | Value |
    /// |---|---|
    /// | `Cache-Control` | `no-store` |
    /// | `Content-Security-Policy` | `default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'` |
    /// | `Cross-Origin-Resource-Policy` | `same-origin` |
    /// | `Permissions-Policy` | `()` for every known feature |
    /// | `Referrer-Policy` | `no-referrer` |
    /// | `Strict-Transport-Security` | `max-age=63072000; includeSubDomains`, over secure transport |
    /// | `X-Content-Type-Options` | `nosniff` |
    /// | `X-Frame-Options` | `DENY` |
    ///
    /// `Server` and `X-Powered-By` are taken away.
    pub fn api() -> Self {
        let fixed = |name: HeaderName, value: &'static str| (name, HeaderValue::from_static(value));
        let permissions = PermissionsPolicy::deny_all().value();
        let fields = vec![
            fixed(CACHE_CONTROL, "no-store"),
            fixed(X_CONTENT_TYPE_OPTIONS, "nosniff"),
            fixed(
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            ),
            fixed(CORP, ResourcePolicy::default().as_str()),
            fixed(REFERRER_POLICY, ReferrerPolicy::default().as_str()),
            fixed(X_FRAME_OPTIONS, FrameOptions::default().as_str()),
        ];
        let permissions = permissions.into_iter().map(|value| (PERMISSIONS, value));
        Self {
            profile: Arc::new(Profile {
                fields: fields.into_iter().chain(permissions).collect(),
                hsts: Hsts::default().value().ok(),
                removed: vec![SERVER, X_POWERED_BY],
            }),
            transport: Transport::default(),
        }
    }

    /// Says how the guard knows that a request came over secure transport.
    ///
    /// The default believes nothing but [`SecureTransport`](crate::SecureTransport).
    /// A [`peer`](Self::peer) that was given before stays, unless `transport` has its
    /// own.
    pub fn transport(self, transport: Transport) -> Self {
        Self {
            transport: transport.or_peer_of(self.transport),
            ..self
        }
    }

    /// Reads the address of the connection's peer with `peer`, where the transport is
    /// told by proxies: see [`Transport::peer`].
    pub fn peer<F>(self, peer: F) -> Self
    where
        F: Fn(&Extensions) -> Option<SocketAddr> + Send + Sync + 'static,
    {
        Self {
            transport: self.transport.peer(peer),
            ..self
        }
    }

    /// Says that nothing but TLS leads here: see [`Transport::always`].
    pub fn behind_tls(self) -> Self {
        self.transport(Transport::always())
    }

    /// Replaces the value of `Cache-Control`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidValue`] for a directive that is unknown, is there twice or
    /// has an argument that it does not take.
    pub fn cache_control(self, value: &str) -> Result<Self, InvalidValue> {
        Ok(self.set(CACHE_CONTROL, cache_control(value)?))
    }

    /// Replaces the value of `Content-Security-Policy`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidValue`] for a policy without directives.
    #[expect(clippy::needless_pass_by_value, reason = "built where it is given")]
    pub fn content_security_policy(
        self,
        policy: ContentSecurityPolicy,
    ) -> Result<Self, InvalidValue> {
        Ok(self.set(CONTENT_SECURITY_POLICY, policy.value()?))
    }

    /// Replaces the value of `X-Frame-Options`.
    pub fn frame_options(self, options: FrameOptions) -> Self {
        self.set(X_FRAME_OPTIONS, HeaderValue::from_static(options.as_str()))
    }

    /// Replaces the value of `Strict-Transport-Security`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidValue`] when it asks for preload with less than a year or
    /// without the subdomains, and for a part of a second.
    pub fn hsts(mut self, hsts: Hsts) -> Result<Self, InvalidValue> {
        Arc::make_mut(&mut self.profile).hsts = Some(hsts.value()?);
        Ok(self)
    }

    /// Replaces the value of `Permissions-Policy`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidValue`] when the policy cannot be written into a header.
    pub fn permissions_policy(self, policy: &PermissionsPolicy) -> Result<Self, InvalidValue> {
        Ok(self.set(PERMISSIONS, policy.value()?))
    }

    /// Replaces the value of `Referrer-Policy`.
    pub fn referrer_policy(self, policy: ReferrerPolicy) -> Self {
        self.set(REFERRER_POLICY, HeaderValue::from_static(policy.as_str()))
    }

    /// Replaces the value of `Cross-Origin-Resource-Policy`.
    pub fn resource_policy(self, policy: ResourcePolicy) -> Self {
        self.set(CORP, HeaderValue::from_static(policy.as_str()))
    }

    /// Leaves a header to the service: it is neither added nor taken away.
    ///
    /// ```
    /// use bartizan_headers::{SecurityHeader, SecurityHeaders};
    ///
    /// let headers = SecurityHeaders::api().without(SecurityHeader::CacheControl);
    /// # let _ = headers;
    /// ```
    pub fn without(mut self, header: SecurityHeader) -> Self {
        let profile = Arc::make_mut(&mut self.profile);
        let name = match header {
            SecurityHeader::CacheControl => CACHE_CONTROL,
            SecurityHeader::ContentSecurityPolicy => CONTENT_SECURITY_POLICY,
            SecurityHeader::ContentTypeOptions => X_CONTENT_TYPE_OPTIONS,
            SecurityHeader::FrameOptions => X_FRAME_OPTIONS,
            SecurityHeader::PermissionsPolicy => PERMISSIONS,
            SecurityHeader::ReferrerPolicy => REFERRER_POLICY,
            SecurityHeader::ResourcePolicy => CORP,
            SecurityHeader::TransportSecurity => {
                profile.hsts = None;
                return self;
            }
        };
        profile.fields.retain(|(present, _)| *present != name);
        self
    }

    /// Replaces the names of the fields that are taken away from each response.
    ///
    /// Default: `Server` and `X-Powered-By`, which tell what runs here and in which
    /// version. No names leave all as they are.
    pub fn remove(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        Arc::make_mut(&mut self.profile).removed = names.into_iter().collect();
        self
    }

    fn set(mut self, name: HeaderName, value: HeaderValue) -> Self {
        let fields = &mut Arc::make_mut(&mut self.profile).fields;
        match fields.iter_mut().find(|(present, _)| *present == name) {
            Some((_, present)) => *present = value,
            None => fields.push((name, value)),
        }
        self
    }
}

const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const X_POWERED_BY: HeaderName = HeaderName::from_static("x-powered-by");

impl Guard for SecurityHeaders {
    type Pass = Seal;

    fn name(&self) -> &'static str {
        "security-headers"
    }

    #[inline]
    fn check(&self, head: RequestHead<'_>) -> Verdict<Seal> {
        let is_secure = self.profile.hsts.is_some() && self.transport.is_secure(head);
        Verdict::Pass(Seal::new(Arc::clone(&self.profile), is_secure))
    }
}
