//! Bearer JWT authentication for any tower service: strict verification, signing, keys.
