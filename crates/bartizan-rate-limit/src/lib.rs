//! Token-bucket rate limits in bounded memory for any tower service.
