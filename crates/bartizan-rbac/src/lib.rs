//! Authorization by roles and scopes for any tower service.
