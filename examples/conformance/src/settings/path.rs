use std::fmt;

use serde_json::Value;

/// Where in a JSON text something stands, such as `mounts[3].config`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Place(Vec<Name>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Name {
    Index(usize),
    Member(String),
}

impl Place {
    pub(crate) fn join(&self, name: Name) -> Self {
        let mut names = self.0.clone();
        names.push(name);
        Self(names)
    }

    /// Puts `new` there, or takes away what is there. Returns whether that could be.
    pub(crate) fn replace(&self, value: &mut Value, new: Option<Value>) -> bool {
        let Some((last, way)) = self.0.split_last() else {
            return new.map(|new| *value = new).is_some();
        };
        let parent = way.iter().try_fold(value, |value, name| match name {
            Name::Index(index) => value.get_mut(index),
            Name::Member(name) => value.get_mut(name),
        });
        match (parent, last, new) {
            (Some(Value::Object(members)), Name::Member(name), Some(new)) => {
                members.insert(name.clone(), new);
                true
            }
            (Some(Value::Object(members)), Name::Member(name), None) => {
                members.remove(name).is_some()
            }
            // Taking away an element would move those behind it.
            (Some(Value::Array(elements)), Name::Index(index), Some(new)) => elements
                .get_mut(*index)
                .map(|element| *element = new)
                .is_some(),
            _ => false,
        }
    }

    /// Returns whether the setting called `name` is this, or one is within the other.
    pub(crate) fn touches(&self, name: &str) -> bool {
        let place = self.to_string();
        let is_within = |inner: &str, outer: &str| {
            let rest = inner.strip_prefix(outer);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        is_within(name, &place) || is_within(&place, name)
    }
}

impl From<&serde_path_to_error::Path> for Place {
    fn from(path: &serde_path_to_error::Path) -> Self {
        use serde_path_to_error::Segment;

        let names = path.iter().filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Name::Index(*index)),
            Segment::Map { key } => Some(Name::Member(key.clone())),
            Segment::Enum { .. } | Segment::Unknown => None,
        });
        Self(names.collect())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            match name {
                Name::Index(index) => write!(f, "[{index}]")?,
                Name::Member(name) => {
                    if at > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(shown(name))?;
                }
            }
        }
        Ok(())
    }
}

/// Somebody may have put something there that is no name, and secret.
fn shown(name: &str) -> &str {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=40).contains(&name.len()) && name.bytes().all(is_plain) {
        name
    } else {
        "(a member)"
    }
}

/// Writes `keys.0.hash`, as settings are named elsewhere, the way that places are.
pub(super) fn with_brackets(name: &str) -> String {
    let mut written = String::new();
    for part in name.split('.') {
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            written.push_str(&format!("[{part}]"));
        } else {
            if !written.is_empty() {
                written.push('.');
            }
            written.push_str(part);
        }
    }
    written
}
