//! A stored hash is kept as it was read, or refused without being shown.
#![no_main]

use bartizan_password::PasswordHash;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| match text.parse::<PasswordHash>() {
    Ok(hash) => {
        assert_eq!(hash.as_str(), text);
        assert!(!format!("{hash:?}").contains(text), "Debug shows the hash");
    }
    Err(error) => {
        let shown = format!("{error} {error:?}");
        assert!(
            text.len() < 80 || !shown.contains(text),
            "an error shows the hash"
        );
    }
});
