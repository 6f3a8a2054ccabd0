/// Runs shorter than this, in bytes, say too little about a value to matter.
const RUN: usize = 4;
/// Longer messages are held to repeat the value, so that checking stays cheap.
const MAX_MESSAGE: usize = 512;

/// Tells whether a message repeats a part of a value: a short value as a whole,
/// or four bytes in a row of a longer one, in any letter case.
pub(crate) fn repeats(message: &str, value: &str) -> bool {
    if message.len() > MAX_MESSAGE {
        return true;
    }
    let value = value.trim().as_bytes();
    if value.is_empty() {
        return false;
    }
    let run = value.len().min(RUN);
    message.as_bytes().windows(run).any(|said| {
        value
            .windows(run)
            .any(|secret| secret.eq_ignore_ascii_case(said))
    })
}

#[cfg(test)]
mod tests {
    use super::repeats;

    #[test]
    fn finds_what_a_message_repeats() {
        let table = [
            ("invalid digit", "", false),
            ("invalid digit", "12x", false),
            ("12x is no number", "12x", true),
            ("bad host in postgres://U:HUNTER2@h", "hunter2", true),
            ("starts with hunt", "hunter2", true),
            ("starts with hun", "hunter2", false),
        ];
        for (message, value, found) in table {
            assert_eq!(repeats(message, value), found, "{message}");
        }
        assert!(repeats(&"a".repeat(513), "zzzz"));
    }
}
