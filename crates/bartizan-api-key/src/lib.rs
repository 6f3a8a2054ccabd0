//! API keys that are shown once, stored as keyed hashes, and found in any tower service's requests.
