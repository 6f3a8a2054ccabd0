/// Returns whether anybody can register a name directly below `domain`.
///
/// The list has rules such as `*.kawasaki.jp`, whose own name is no suffix while
/// everything below it is: hence the question about a name that nobody has.
pub(crate) fn is_public(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let is_suffix = |name: &str| psl::suffix_str(name) == Some(name);
    is_suffix(domain) || is_suffix(&format!("bartizan-probe.{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_public_suffixes() {
        for (domain, expected) in [
            ("com", true),
            ("com.", true),
            ("co.uk", true),
            ("github.io", true),
            ("kawasaki.jp", true),
            ("foo.kawasaki.jp", true),
            // An exception of the rule above it.
            ("city.kawasaki.jp", false),
            // Unknown to the list: its owner is unknown as well.
            ("corp", true),
            ("example.com", false),
            ("app.example.co.uk", false),
            ("alice.github.io", false),
        ] {
            assert_eq!(is_public(domain), expected, "{domain}");
        }
    }
}
