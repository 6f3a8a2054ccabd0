//! Headers that have a few values.

/// The value of `X-Frame-Options`.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum FrameOptions {
    /// No page may frame the response.
    #[default]
    Deny,
    /// Pages of the same origin may.
    SameOrigin,
}

impl FrameOptions {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "DENY",
            Self::SameOrigin => "SAMEORIGIN",
        }
    }
}

/// The value of `Referrer-Policy`.
///
/// The two that send the whole address to other origins, `unsafe-url` and
/// `no-referrer-when-downgrade`, are left out.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ReferrerPolicy {
    /// Nothing is sent.
    #[default]
    NoReferrer,
    /// The origin is sent.
    Origin,
    /// The address is sent to the same origin, the origin to others.
    OriginWhenCrossOrigin,
    /// The address is sent to the same origin, nothing to others.
    SameOrigin,
    /// The origin is sent, but not from TLS to plain text.
    StrictOrigin,
    /// The address is sent to the same origin, the origin to others, but not from
    /// TLS to plain text.
    StrictOriginWhenCrossOrigin,
}

impl ReferrerPolicy {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NoReferrer => "no-referrer",
            Self::Origin => "origin",
            Self::OriginWhenCrossOrigin => "origin-when-cross-origin",
            Self::SameOrigin => "same-origin",
            Self::StrictOrigin => "strict-origin",
            Self::StrictOriginWhenCrossOrigin => "strict-origin-when-cross-origin",
        }
    }
}

/// The value of `Cross-Origin-Resource-Policy`: which pages may embed the response
/// without asking by CORS.
///
/// A browser looks at it only for requests in `no-cors` mode, such as those of
/// `<img>` and `<script>`. What a page fetches by CORS is not held back by it.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ResourcePolicy {
    /// Pages of any origin may.
    CrossOrigin,
    /// Pages of the same origin may.
    #[default]
    SameOrigin,
    /// Pages of the same site may, its subdomains among them.
    SameSite,
}

impl ResourcePolicy {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::CrossOrigin => "cross-origin",
            Self::SameOrigin => "same-origin",
            Self::SameSite => "same-site",
        }
    }
}
