/// Returns the name that an account counts under: without white space around it, in lower
/// case, and with the wide forms of ASCII as ASCII.
pub(super) fn canonical(name: &str) -> String {
    let narrow = name.trim().chars().map(narrow);
    // By way of upper case, letters of several lower cases come to one: as do the two
    // sigmas, and the long s and s.
    let upper = narrow.flat_map(char::to_uppercase);
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
    use super::*;

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
