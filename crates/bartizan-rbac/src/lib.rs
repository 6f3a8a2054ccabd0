//! Authorization by roles, scopes and rules for any tower service.
//!
//! A handler that forgets to ask who is calling serves everyone, and one that
//! asks in its own words is wrong in its own way. Here a [`Policy`] is a value
//! that is stated once, in front of the service, and can be printed, and a
//! [`RouteTable`] lets nothing pass for which there is no rule. It stops a user from
//! calling what is not meant for that user (OWASP API5:2023).
//!
//! # Example
//!
//! ```
//! use bartizan_core::{Guard, Principal, RequestHead, Verdict};
//! use bartizan_rbac::{Route, RouteTable, any, role, scope};
//! use http::Request;
//!
//! let table = RouteTable::builder()
//!     .rule(Route::get("/health").public())
//!     .rule(Route::get("/items/{id}").authenticated())
//!     .rule(Route::put("/items/{id}").require(any([role("admin"), scope("items:write")])))
//!     .rule(Route::grpc("shop.Items/Put").require(scope("items:write")))
//!     .build()?;
//!
//! let status = |request: &Request<()>| match table.check(RequestHead::of(request)) {
//!     Verdict::Reject(rejection) => rejection.status().as_u16(),
//!     _ => 200,
//! };
//! let mut request = Request::put("/items/1").body(()).unwrap();
//! assert_eq!(status(&request), 401);
//!
//! request.extensions_mut().insert(Principal::builder("guest").build());
//! assert_eq!(status(&request), 403);
//!
//! let alice = Principal::builder("alice").scope("items:write").build();
//! request.extensions_mut().insert(alice);
//! assert_eq!(status(&request), 200);
//!
//! *request.uri_mut() = "/health/../items/1".parse().unwrap();
//! assert_eq!(status(&request), 403);
//! # Ok::<(), bartizan_rbac::InvalidRoutes>(())
//! ```
//!
//! # How a request is judged
//!
//! 1. A [`RouteTable`] looks for the rule by the path. The path must lead to one
//!    pattern however it is read: as it was sent, and decoded, in lower case, without
//!    dots and spaces at the end of a segment and without a slash at its end. Patterns
//!    that only these readings tell from each other, such as `/reports` and `/reports/`,
//!    must have the same access for each method that has rules about both; a table where
//!    they have not is not built. What has a [`PathTrick`] has no rule.
//!    Where the table is told to read the pattern that a framework has
//!    [matched](Routes::matched), that decides, with the path where it has parameters.
//! 2. A rule is for methods. `HEAD` follows `GET` where it has no rule of its own;
//!    `OPTIONS` needs one, unless the table is to
//!    [answer](Routes::public_options) it.
//! 3. Without a rule, the request is answered 403, or as if there were nothing
//!    ([`hide_as_not_found`](Routes::hide_as_not_found)). A
//!    [public](Route::public) rule lets everyone pass.
//! 4. Without a [`Principal`] among its extensions, the request is answered
//!    401 with a challenge, whatever the policy says: also `not(role("banned"))`
//!    is for somebody. A [`Require`] guard, which has a policy and no rules, begins
//!    here.
//! 5. The request goes on when the [`Policy`] holds for the principal. A role is
//!    held when it was granted, or when a granted one is above it in the
//!    [`RoleHierarchy`]; a [`permission`] by whoever holds a role that permits it. A
//!    scope is held only when it was granted. Names are compared byte by byte.
//! 6. A [`PolicySource`] is asked unless the request is refused whatever it says. One
//!    that forbids does so whatever else holds: 403. One that fails makes the answer
//!    503 where the request would pass, also where another part of an
//!    [`any`](fn@any) holds: it might have forbidden.
//! 7. The rest are denied. When a Bearer token authenticated the principal
//!    and a token of a more recent or stronger login would do, the answer is 401 with
//!    `error="insufficient_user_authentication"` ([RFC 9470, section 3]); when one with
//!    more scopes would do, 403 with `error="insufficient_scope"` and all scopes that
//!    such a token needs ([RFC 6750, section 3.1]). Otherwise it is 403 without a
//!    challenge, since logging in again does not help. A rule that
//!    [hides](Rule::hide_as_not_found) answers strangers and these as if there were
//!    nothing.
//!
//! The response says nothing more. Which rule it was and what was missing is a
//! [`Denied`], the [`source`](std::error::Error::source) of the rejection, which goes
//! to the [`Observer`](bartizan_core::Observer); a pass explains itself there, too.
//!
//! # What it does not do
//!
//! It does not authenticate: put it behind
//! [`Authenticate`](bartizan_core::Authenticate), with
//! [`and`](bartizan_core::chain::Chain::and) or as a layer further in. It judges
//! by the head of the request, so which item a user may touch is for the handler to
//! ask, with an [`ObjectPolicy`]. It does not see where it stands: below a router that
//! cuts off what it has matched, it must be told the
//! [original path](Routes::original_path). It refuses what is ambiguous about a path and
//! nothing else: a [`RequestFirewall`](bartizan_core::RequestFirewall) in front looks
//! at hosts, methods and fields. [`Coverage`] finds routes without a rule in a test,
//! and not while the service runs.
//!
//! # Crate features
//!
//! - `axum`: [`axum_pattern`](fn@axum_pattern) and [`axum_path`](fn@axum_path), which
//!   read the pattern that axum's router matched, and the path that it was asked for.
//! - `grpc-descriptor`: compares a table with a descriptor set of Protocol Buffers.
//! - `openapi`: compares a table with a document of [OpenAPI].
//! - `serde`: [`RbacSettings`], which builds a table of settings.
//!
//! [OpenAPI]: https://spec.openapis.org/oas/v3.1.1.html
//! [`PathTrick`]: bartizan_core::PathTrick
//! [`Principal`]: bartizan_core::Principal
//! [RFC 6750, section 3.1]: https://www.rfc-editor.org/rfc/rfc6750#section-3.1
//! [RFC 9470, section 3]: https://www.rfc-editor.org/rfc/rfc9470#section-3

#![cfg_attr(docsrs, feature(doc_cfg))]

mod consult;
mod coverage;
mod denied;
mod error;
mod hierarchy;
mod judge;
mod object;
mod permissions;
mod policy;
mod require;
mod routes;
#[cfg(feature = "serde")]
mod settings;
mod source;

pub use self::coverage::{Coverage, Endpoint, InvalidDescription};
pub use self::denied::Denied;
pub use self::error::{EmptyPolicy, InvalidHierarchy, InvalidPermissions};
pub use self::hierarchy::RoleHierarchy;
pub use self::judge::Permitted;
pub use self::object::{Authorized, ObjectPolicy, relation, try_relation};
pub use self::permissions::Permissions;
pub use self::policy::{
    InvalidPolicy, Policy, acr, all, amr, any, attribute, consult, custom, max_age, not,
    permission, role, scope,
};
pub use self::require::{Require, require};
pub use self::routes::{
    InvalidRoutes, Route, RouteProblem, RouteProblemKind, RouteTable, Routes, Rule,
};
#[cfg(feature = "axum")]
pub use self::routes::{axum_path, axum_pattern};
#[cfg(feature = "serde")]
pub use self::settings::{RbacSettings, RouteSettings};
pub use self::source::{PolicySource, PolicyUnavailable, Question, Ruling};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
