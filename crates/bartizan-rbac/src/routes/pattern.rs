use std::borrow::Cow;

use bartizan_core::{PathRules, PathTrick};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// A pattern, in the spellings in which paths are compared with it.
pub(super) struct Pattern {
    /// As paths are sent.
    pub(super) sent: String,
    /// As paths are when nothing is left by which programs may differ.
    pub(super) folded: String,
    /// `folded`, with parameters of one name. What has the same is told apart only by
    /// what programs may ignore.
    pub(super) group: String,
    /// `sent`, with parameters of one name.
    pub(super) shape: String,
}

pub(super) enum Part<'a> {
    Literal(String),
    Parameter(&'a str),
    Rest(&'a str),
}

impl Pattern {
    /// Returns `None` where braces do not match.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let parts = parts(text)?;
        let mut sent = String::new();
        let mut shape = String::new();
        let mut folded = String::new();
        let mut group = String::new();
        for part in &parts {
            match part {
                Part::Literal(literal) => {
                    let literal = utf8_percent_encode(literal, NOTHING).to_string();
                    let decoded = escape(&decoded(&literal).to_lowercase());
                    for spelling in [&mut sent, &mut shape] {
                        spelling.push_str(&escape(&literal));
                    }
                    for spelling in [&mut folded, &mut group] {
                        spelling.push_str(&decoded);
                    }
                }
                Part::Parameter(name) => {
                    for spelling in [&mut sent, &mut folded] {
                        *spelling += &format!("{{{name}}}");
                    }
                    for spelling in [&mut shape, &mut group] {
                        spelling.push_str("{p}");
                    }
                }
                Part::Rest(name) => {
                    for spelling in [&mut sent, &mut folded] {
                        *spelling += &format!("{{*{name}}}");
                    }
                    for spelling in [&mut shape, &mut group] {
                        spelling.push_str("{*p}");
                    }
                }
            }
        }
        Some(Self {
            sent,
            shape,
            folded: trimmed(&folded).into_owned(),
            group: trimmed(&group).into_owned(),
        })
    }

    /// Returns why no path that is allowed can match.
    pub(super) fn trick(text: &str, paths: PathRules) -> Option<PathTrick> {
        let mut path = String::new();
        for part in parts(text)? {
            match part {
                Part::Literal(literal) => {
                    path.push_str(&utf8_percent_encode(&literal, NOTHING).to_string());
                }
                Part::Parameter(_) | Part::Rest(_) => path.push('x'),
            }
        }
        paths.check(&path).err()
    }
}

/// Returns a path that matches a pattern, and no literal of another.
pub(super) fn sample(pattern: &str) -> Option<String> {
    let parts = parts(pattern)?.into_iter().map(|part| match part {
        Part::Literal(literal) => literal,
        Part::Parameter(_) => SAMPLE.to_owned(),
        Part::Rest(_) => format!("{SAMPLE}/{SAMPLE}"),
    });
    Some(parts.collect())
}

/// What a parameter may be, and no literal is.
const SAMPLE: &str = "-sample-of-a-parameter-";

/// Leaves nothing by which programs may differ: letter case, dots and spaces at the end
/// of a segment, a slash at the end.
pub(super) fn fold(normal: &str) -> Cow<'_, str> {
    let mut last = 0;
    let mut is_folded = true;
    for octet in normal.bytes() {
        is_folded &= !octet.is_ascii_uppercase()
            && octet.is_ascii()
            && !(octet == b'/' && matches!(last, b'.' | b' '));
        last = octet;
    }
    if is_folded && (normal == "/" || !matches!(last, b'/' | b'.' | b' ')) {
        return Cow::Borrowed(normal);
    }
    Cow::Owned(trimmed(&normal.to_lowercase()).into_owned())
}

fn trimmed(path: &str) -> Cow<'_, str> {
    let ignored = ['.', ' '];
    if path.contains("./") || path.contains(" /") || path.ends_with(ignored) {
        let segments = path
            .split('/')
            .map(|segment| segment.trim_end_matches(ignored));
        let path = segments.collect::<Vec<_>>().join("/");
        return Cow::Owned(without_slash(&path).to_owned());
    }
    Cow::Borrowed(without_slash(path))
}

fn without_slash(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    }
}

const NOTHING: &AsciiSet = CONTROLS;

/// Decodes a literal, unless that would make something else of it; such a path stays
/// encoded, too.
fn decoded(literal: &str) -> Cow<'_, str> {
    let lower = literal.to_ascii_lowercase();
    if ["%2f", "%5c", "%25"]
        .iter()
        .any(|kept| lower.contains(kept))
    {
        return Cow::Borrowed(literal);
    }
    let decoded = percent_decode_str(literal).decode_utf8();
    decoded.unwrap_or(Cow::Borrowed(literal))
}

fn escape(literal: &str) -> String {
    literal.replace('{', "{{").replace('}', "}}")
}

/// Returns `None` where braces do not match.
pub(super) fn parts(text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at_checked(at)?;
        literal.push_str(before);
        if let Some(after) = after.strip_prefix("{{") {
            literal.push('{');
            rest = after;
        } else if let Some(after) = after.strip_prefix("}}") {
            literal.push('}');
            rest = after;
        } else {
            let (name, after) = after.strip_prefix('{')?.split_once('}')?;
            parts.push(Part::Literal(std::mem::take(&mut literal)));
            parts.push(match name.strip_prefix('*') {
                Some(name) => Part::Rest(name),
                None => Part::Parameter(name),
            });
            rest = after;
        }
    }
    literal.push_str(rest);
    parts.push(Part::Literal(literal));
    Some(parts)
}
