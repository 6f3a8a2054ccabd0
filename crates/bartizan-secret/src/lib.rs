//! Secrets that stay masked, compare in constant time and are wiped, and settings that load them.
