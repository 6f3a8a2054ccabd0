//! HTTP Basic authentication (RFC 7617) for any tower service.
