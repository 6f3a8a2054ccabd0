//! Security header fields for the responses of any tower service.
