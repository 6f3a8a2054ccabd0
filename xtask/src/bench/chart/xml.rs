//! As much of XML as shows that a picture is well-formed.

/// Checks that elements nest, attributes are quoted and text is escaped.
///
/// # Errors
///
/// What is wrong, and where.
pub(super) fn check(document: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = document.trim();
    if let Some(after) = rest.strip_prefix("<?xml") {
        rest = after
            .split_once("?>")
            .ok_or("an endless declaration")?
            .1
            .trim_start();
    }
    let mut roots = 0;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.split_once("-->").ok_or("an endless comment")?.1;
        } else if let Some(after) = rest.strip_prefix("</") {
            let (name, after) = after.split_once('>').ok_or("an endless tag")?;
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix('<') {
            let (tag, after) = after.split_once('>').ok_or("an endless tag")?;
            let (tag, is_empty) = match tag.strip_suffix('/') {
                Some(tag) => (tag, true),
                None => (tag, false),
            };
            let name = element(tag)?;
            roots += usize::from(open.is_empty());
            if !is_empty {
                open.push(name);
            }
            rest = after;
        } else {
            let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            content(text)?;
            if open.is_empty() && !text.trim().is_empty() {
                return Err(format!("text outside of the root: {text}"));
            }
            rest = after;
        }
    }
    match (open.last(), roots) {
        (None, 1) => Ok(()),
        (None, _) => Err(format!("{roots} roots")),
        (Some(name), _) => Err(format!("<{name}> is not closed")),
    }
}

/// Reads the name of a tag, and that its attributes are.
fn element(tag: &str) -> Result<&str, String> {
    let (name, mut attributes) = match tag.split_once(char::is_whitespace) {
        Some((name, attributes)) => (name, attributes.trim()),
        None => (tag, ""),
    };
    if !is_name(name) {
        return Err(format!("no name: {name}"));
    }
    let mut seen = Vec::new();
    while !attributes.is_empty() {
        let (key, after) = attributes
            .split_once("=\"")
            .ok_or_else(|| format!("<{name}> has an attribute without a value"))?;
        let (value, after) = after
            .split_once('"')
            .ok_or_else(|| format!("{key} of <{name}> is not closed"))?;
        if !is_name(key) || seen.contains(&key) {
            return Err(format!("attribute `{key}` of <{name}>"));
        }
        seen.push(key);
        content(value)?;
        attributes = after.trim_start();
    }
    Ok(name)
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic())
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_'))
}

fn content(text: &str) -> Result<(), String> {
    let known = ["amp;", "lt;", "gt;", "quot;", "#"];
    let mut entities = text.split('&').skip(1);
    match entities.find(|after| !known.iter().any(|entity| after.starts_with(entity))) {
        Some(after) => Err(format!("an ampersand before {after:.20}")),
        None => Ok(()),
    }
}

#[test]
fn tells_documents_from_what_is_none() {
    for document in [
        "<a/>",
        "<?xml version=\"1.0\"?><a x=\"1\" y-z=\"&lt;\">t<!-- <b> --><b/></a>\n",
    ] {
        assert_eq!(check(document), Ok(()), "{document}");
    }
    for document in [
        "",
        "text",
        "<a>",
        "</a>",
        "<a></b>",
        "<a><b></a></b>",
        "<a/><a/>",
        "<a x=1/>",
        "<a x=\"1/>",
        "<a x=\"1\" x=\"2\"/>",
        "<a>&</a>",
        "<a>&nbsp;</a>",
        "<a",
        "<1/>",
    ] {
        assert!(check(document).is_err(), "{document}");
    }
}
