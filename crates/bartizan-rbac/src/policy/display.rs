use std::fmt;

use super::{Policy, Rule};

/// One line, with names escaped, so that they cannot forge another.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Rule::All(parts) => joined(f, parts, " and "),
            Rule::Any(parts) => joined(f, parts, " or "),
            Rule::Not(policy) => {
                f.write_str("not ")?;
                nested(f, policy)
            }
            Rule::Role(role) => write!(f, "role {}", role.escape_debug()),
            Rule::Scope(scope) => write!(f, "scope {}", scope.escape_debug()),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Policy], word: &str) -> fmt::Result {
    if let [only] = parts {
        return write!(f, "{only}");
    }
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        nested(f, part)?;
    }
    Ok(())
}

fn nested(f: &mut fmt::Formatter<'_>, policy: &Policy) -> fmt::Result {
    match &policy.0 {
        Rule::All(_) | Rule::Any(_) => write!(f, "({policy})"),
        Rule::Not(_) | Rule::Role(_) | Rule::Scope(_) => write!(f, "{policy}"),
    }
}
