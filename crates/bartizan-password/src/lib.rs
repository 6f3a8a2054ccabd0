//! Password hashing off the reactor: argon2id in a bounded pool, legacy formats, peppers.
