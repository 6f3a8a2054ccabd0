use std::fmt;

use super::{Leaf, Node, Policy};

/// One line, with names escaped, so that they cannot forge another.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unwrapped().0 {
            Node::All(parts) => joined(f, parts, " and "),
            Node::Any(parts) => joined(f, parts, " or "),
            Node::Leaf(leaf) => leaf.fmt(f),
            Node::Not(policy) => {
                f.write_str("not ")?;
                nested(f, policy)
            }
        }
    }
}

impl Policy {
    /// Returns what a list of one joins.
    fn unwrapped(&self) -> &Self {
        let mut policy = self;
        while let Node::All(parts) | Node::Any(parts) = &policy.0
            && let [only] = parts.as_slice()
        {
            policy = only;
        }
        policy
    }
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acr(class) => write!(f, "acr {}", Name(class)),
            Self::Amr(method) => write!(f, "amr {}", Name(method)),
            Self::Consult(consult) => {
                let (source, action) = (consult.source.name(), &consult.action);
                write!(f, "consult {} {}", Name(source), Name(action))
            }
            Self::MaxAge(seconds) => write!(f, "max-age {seconds}"),
            Self::Permission(name) => write!(f, "permission {}", Name(name)),
            Self::Role(name) => write!(f, "role {}", Name(name)),
            Self::Scope(name) => write!(f, "scope {}", Name(name)),
            Self::Test(test) => write!(f, "{} {}", test.kind(), Name(test.name())),
        }
    }
}

/// A name, in quotes where it could be taken for something else.
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = !self.0.is_empty() && self.0.chars().all(is_plain);
        if is_plain {
            f.write_str(self.0)
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}

/// Returns whether this character can be part of a name without quotes.
pub(super) fn is_plain(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '(' | ')' | '"' | '\'' | '\\')
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Policy], word: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        nested(f, part)?;
    }
    Ok(())
}

fn nested(f: &mut fmt::Formatter<'_>, policy: &Policy) -> fmt::Result {
    let policy = policy.unwrapped();
    match &policy.0 {
        Node::All(_) | Node::Any(_) => write!(f, "({policy})"),
        Node::Leaf(_) | Node::Not(_) => write!(f, "{policy}"),
    }
}
