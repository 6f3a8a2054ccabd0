//! Authorization by roles and scopes for any tower service.
//!
//! A handler that forgets to ask who is calling serves everyone, and one that
//! asks in its own words is wrong in its own way. Here a [`Policy`] is a value
//! that is stated once, in front of the service, and can be printed. It stops a
//! user from calling what is not meant for that user (OWASP API5:2023).
//!
//! # Example
//!
//! ```
//! use bartizan_core::{Guard, Principal, RequestHead, Verdict};
//! use bartizan_rbac::{any, require, role, scope};
//! use http::Request;
//!
//! let guard = require(any([role("admin"), scope("items:write")]));
//!
//! let mut request = Request::new(());
//! let status = |request: &Request<()>| match guard.check(RequestHead::of(request)) {
//!     Verdict::Reject(rejection) => rejection.status().as_u16(),
//!     _ => 200,
//! };
//! assert_eq!(status(&request), 401);
//!
//! let guest = Principal::builder("guest").build();
//! request.extensions_mut().insert(guest);
//! assert_eq!(status(&request), 403);
//!
//! let alice = Principal::builder("alice").scope("items:write").build();
//! request.extensions_mut().insert(alice);
//! assert_eq!(status(&request), 200);
//! ```
//!
//! # How a request is judged
//!
//! 1. Without a [`Principal`] among its extensions, the request is answered
//!    401 with a challenge, whatever the policy says: also `not(role("banned"))`
//!    is for somebody.
//! 2. The request goes on when the [`Policy`] holds for the principal. A role is
//!    held when it was granted, or when a granted one is above it in the
//!    [`RoleHierarchy`]. A scope is held only when it was granted. Names are
//!    compared byte by byte.
//! 3. The rest are answered 403. When a Bearer token authenticated the principal
//!    and a token with more scopes would do, there is a challenge with
//!    `error="insufficient_scope"` and all scopes that such a token needs
//!    ([RFC 6750, section 3.1]). Otherwise there is none, since logging in again
//!    does not help.
//!
//! The response says nothing more. What was missing is a [`Denied`], the
//! [`source`](std::error::Error::source) of the rejection, which goes to the
//! [`Observer`](bartizan_core::Observer).
//!
//! # What it does not do
//!
//! It does not authenticate: put it behind
//! [`Authenticate`](bartizan_core::Authenticate), with
//! [`and`](bartizan_core::chain::Chain::and) or as a layer further in. It judges
//! by the head of the request, so which item a user may touch is the handler's to
//! decide; [`Policy::holds`] helps there.
//!
//! [`Principal`]: bartizan_core::Principal
//! [RFC 6750, section 3.1]: https://www.rfc-editor.org/rfc/rfc6750#section-3.1

mod denied;
mod error;
mod hierarchy;
mod policy;
mod require;

pub use self::denied::Denied;
pub use self::error::{EmptyPolicy, InvalidHierarchy};
pub use self::hierarchy::RoleHierarchy;
pub use self::policy::{Policy, all, any, not, role, scope};
pub use self::require::{Require, require};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
