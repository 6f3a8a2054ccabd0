/// Returns the name that an account counts under: without white space around it, in lower
/// case, and with the wide forms of ASCII as ASCII.
pub(super) fn canonical(name: &str) -> String {
    let narrow = name.trim().chars().map(narrow);
    // By way of upper case, letters of several lower cases come to one: as do the two
    // sigmas, and the long s and s. Before that, by way of lower case, those of several
    // upper cases: as do the two sharp s, of which but one has an upper case of two letters.
    let lower = narrow.flat_map(char::to_lowercase);
    let upper = lower.flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}

fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            let narrow = u32::from(c) - 0xfee0;
            char::from_u32(narrow).unwrap_or(c)
        }
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_that_are_one_in_either_case_are_one() {
        for fold in [str::to_lowercase, str::to_uppercase] {
            let mut names = HashMap::new();
            for letter in ('\0'..='\u{1ffff}').map(String::from) {
                let name = canonical(&letter);
                let first = names.entry(fold(&letter)).or_insert_with(|| name.clone());
                assert_eq!(*first, name, "{letter:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn names_that_are_one_in_lower_case_are_one(name in "[\\PC\u{1e9e}\u{3a3}\u{130}]{0,12}") {
            prop_assert_eq!(canonical(&name), canonical(&name.to_lowercase()));
            prop_assert_eq!(canonical(&canonical(&name)), canonical(&name));
        }
    }

    #[test]
    fn spellings_of_one_name_are_one() {
        for (spelling, expected) in [
            ("alice", "alice"),
            ("Alice", "alice"),
            ("ALICE", "alice"),
            (" alice\t", "alice"),
            ("\u{3000}alice\u{a0}", "alice"),
            ("\u{ff21}lice", "alice"),
            ("\u{ff41}\u{ff4c}\u{ff49}\u{ff43}\u{ff45}", "alice"),
            ("alice\u{ff20}example.com", "alice@example.com"),
            ("\u{c9}LODIE", "\u{e9}lodie"),
            ("STRASSE", "strasse"),
            ("stra\u{df}e", "strasse"),
            ("STRA\u{1e9e}E", "strasse"),
            ("\u{3a3}\u{3a3}", "\u{3c3}\u{3c3}"),
            ("\u{3c3}\u{3c2}", "\u{3c3}\u{3c3}"),
            ("\u{17f}am", "sam"),
            ("", ""),
            // Different accounts, for most stores.
            ("ali ce", "ali ce"),
            ("al.ice", "al.ice"),
            ("e\u{301}lodie", "e\u{301}lodie"),
        ] {
            assert_eq!(canonical(spelling), expected, "{spelling:?}");
        }
    }
}
