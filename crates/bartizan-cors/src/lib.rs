//! Cross-origin resource sharing as the Fetch standard has it, for any tower service.
