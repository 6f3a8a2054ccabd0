use super::Kind;

/// Keywords of source lists, without their quotes ([CSP3, section 2.3.1]).
///
/// [CSP3, section 2.3.1]: https://www.w3.org/TR/CSP3/#framework-directive-source-list
const KEYWORDS: &[&str] = &[
    "none",
    "report-sample",
    "self",
    "strict-dynamic",
    "unsafe-eval",
    "unsafe-hashes",
    "unsafe-inline",
    "wasm-unsafe-eval",
];

/// What keywords with a value begin with.
const PREFIXES: &[&str] = &["sha256-", "sha384-", "sha512-"];

/// What begins one that has to differ in each response ([CSP3, section 7.1]), and so has
/// no place in a policy that is written once.
///
/// [CSP3, section 7.1]: https://www.w3.org/TR/CSP3/#security-nonces
const NONCE: &str = "nonce-";

/// The sources of a directive.
pub(super) struct Sources;

impl Sources {
    /// Checks each source, and joins them by spaces.
    pub(super) fn join<I>(sources: I, kind: Kind) -> Result<String, String>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut joined = String::new();
        let mut count = 0_usize;
        let mut has_none = false;
        for source in sources {
            let source = source.as_ref();
            match kind {
                Kind::Empty => return Err("it takes nothing".to_owned()),
                Kind::Tokens => check_characters(source)?,
                Kind::Ancestors | Kind::Sources => check(source, kind)?,
            }
            has_none |= source.eq_ignore_ascii_case("'none'");
            count = count.saturating_add(1);
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(source);
        }
        if has_none && count > 1 {
            return Err("'none' stands alone".to_owned());
        }
        if count == 0 && matches!(kind, Kind::Ancestors | Kind::Sources) {
            return Err("a source is missing, such as 'none'".to_owned());
        }
        Ok(joined)
    }
}

fn check(source: &str, kind: Kind) -> Result<(), String> {
    check_characters(source)?;
    let quoted = source
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    if starts_with(quoted.unwrap_or(source), NONCE) {
        return Err(format!("{source} would be the same in each response"));
    }
    match quoted {
        Some(keyword) if is_keyword(keyword, kind) => Ok(()),
        Some(_) => Err(format!("no keyword is {source}")),
        None if is_keyword(source, Kind::Sources) => Err(format!("{source} lacks its quotes")),
        None if source.contains('\'') => Err(format!("\"{source}\" is no source")),
        None => Ok(()),
    }
}

fn check_characters(source: &str) -> Result<(), String> {
    let is_fit = |byte: u8| byte.is_ascii_graphic() && !b";,\"".contains(&byte);
    if source.is_empty() || !source.bytes().all(is_fit) {
        return Err(format!("\"{}\" is no source", source.escape_debug()));
    }
    Ok(())
}

fn is_keyword(word: &str, kind: Kind) -> bool {
    if kind == Kind::Ancestors {
        return ["none", "self"]
            .iter()
            .any(|k| word.eq_ignore_ascii_case(k));
    }
    KEYWORDS.iter().any(|k| word.eq_ignore_ascii_case(k))
        || PREFIXES.iter().any(|prefix| {
            starts_with(word, prefix) && word.get(prefix.len()..).is_some_and(is_base64)
        })
}

fn starts_with(word: &str, prefix: &str) -> bool {
    let start = word.get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn is_base64(value: &str) -> bool {
    let digits = value.trim_end_matches('=');
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    !digits.is_empty() && digits.bytes().all(is_digit)
}
