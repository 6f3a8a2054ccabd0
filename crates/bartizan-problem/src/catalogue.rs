use http::StatusCode;

/// A kind of problem that a crate of Bartizan may answer with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ProblemType {
    /// The stable name, the end of the type's URI.
    pub slug: &'static str,
    /// The status that it usually comes with.
    pub status: StatusCode,
    /// What it is, in a few words that do not change.
    pub title: &'static str,
    /// What a client can do about it.
    pub advice: &'static str,
}

impl ProblemType {
    /// Returns all kinds, by slug.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        ALL
    }

    /// Finds the kind with this `slug`.
    #[must_use]
    pub fn find(slug: &str) -> Option<&'static Self> {
        ALL.iter().find(|kind| kind.slug == slug)
    }
}

/// The slug of a fault or a panic of the application.
pub(crate) const INTERNAL: &str = "internal-error";

macro_rules! catalogue {
    ($($slug:literal $status:ident $title:literal $advice:literal)*) => {
        &[$(ProblemType {
            slug: $slug,
            status: StatusCode::$status,
            title: $title,
            advice: $advice,
        }),*]
    };
}

const ALL: &[ProblemType] = catalogue! {
    "authentication-required" UNAUTHORIZED
        "Authentication required" "Authenticate as the challenge says."
    "authentication-unavailable" SERVICE_UNAVAILABLE
        "Authentication unavailable" "Try again later."
    "cors-method" FORBIDDEN
        "Method not allowed to other origins" "Nothing: the service does not allow it to pages of other origins."
    "cors-origin" FORBIDDEN
        "Origin not allowed" "Nothing: the service does not allow pages of this origin."
    "cors-origin-unknown" SERVICE_UNAVAILABLE
        "Origins unavailable" "Try again later."
    "cors-request-header" FORBIDDEN
        "Request header not allowed to other origins" "Leave the header out."
    "fields-too-large" REQUEST_HEADER_FIELDS_TOO_LARGE
        "Header fields too large" "Send fewer and shorter header fields."
    "insufficient-authentication" UNAUTHORIZED
        "Insufficient authentication" "Log in again, or by a stronger method."
    "insufficient-scope" FORBIDDEN
        "Insufficient scope" "Get a token with the scopes that the challenge names."
    "internal-error" INTERNAL_SERVER_ERROR
        "Internal error" "Report it with the correlation id."
    "invalid-api-key" UNAUTHORIZED
        "Invalid API key" "Send a key that is in force."
    "invalid-credentials" UNAUTHORIZED
        "Invalid credentials" "Log in again, or get other credentials."
    "invalid-token" UNAUTHORIZED
        "Invalid token" "Get another token."
    "login-account" BAD_REQUEST
        "Missing account" "Name one account to log in to."
    "login-limit-unavailable" SERVICE_UNAVAILABLE
        "Login limit unavailable" "Try again later."
    "malformed-credentials" BAD_REQUEST
        "Malformed credentials" "Send one well-formed set of credentials."
    "malformed-request" BAD_REQUEST
        "Malformed request" "Send a request that can be read in one way only."
    "method-not-allowed" METHOD_NOT_ALLOWED
        "Method not allowed" "Use another method."
    "misdirected-request" MISDIRECTED_REQUEST
        "Misdirected request" "Send it to the host that it is for."
    "not-guarded" INTERNAL_SERVER_ERROR
        "Not guarded" "Report it: the service lacks a guard that it counts on."
    "not-permitted" FORBIDDEN
        "Not permitted" "Ask for the permission."
    "overloaded" SERVICE_UNAVAILABLE
        "Overloaded" "Try again after the time in Retry-After."
    "policy-unavailable" SERVICE_UNAVAILABLE
        "Policy unavailable" "Try again later."
    "quota-exceeded" TOO_MANY_REQUESTS
        "Quota exceeded" "Try again after the time in Retry-After."
    "rate-limit-anonymous" FORBIDDEN
        "Not for anonymous clients" "Authenticate."
    "rate-limit-key-malformed" BAD_REQUEST
        "Malformed rate limit key" "Send what the detail names, well-formed."
    "rate-limit-key-missing" BAD_REQUEST
        "Missing rate limit key" "Send what the detail names."
    "rate-limit-unavailable" SERVICE_UNAVAILABLE
        "Rate limit unavailable" "Try again later."
    "target-too-long" URI_TOO_LONG
        "Target too long" "Send a shorter path and query."
    "too-many-failed-logins" TOO_MANY_REQUESTS
        "Too many failed logins" "Try again after the time in Retry-After."
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sorted_and_as_the_crate_page_has_it() {
        assert!(ALL.is_sorted_by(|a, b| a.slug < b.slug));

        let page = include_str!("lib.rs");
        for kind in ALL {
            let (slug, status) = (kind.slug, kind.status.as_u16());
            let row = format!(
                "//! | `{slug}` | {status} | {} | {} |",
                kind.title, kind.advice
            );
            assert!(page.contains(&row), "{row}");
        }
        assert_eq!(page.matches("\n//! | `").count(), ALL.len());
    }
}
