//! OAuth 2.0 token endpoint as a tower service.
