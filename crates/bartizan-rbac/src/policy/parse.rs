use std::error::Error;
use std::fmt;
use std::str::{Chars, FromStr};

use super::display::is_plain;
use super::{Leaf, Node, Policy, scope};

/// How deep parentheses and `not` may nest in a text.
const MAX_DEPTH: usize = 32;

/// How long a text may be, in bytes.
const MAX_LENGTH: usize = 64 * 1024;

/// Parses the text that a policy is shown as.
impl FromStr for Policy {
    type Err = InvalidPolicy;

    fn from_str(text: &str) -> Result<Self, InvalidPolicy> {
        let mut parser = Parser { text, rest: text };
        if text.len() > MAX_LENGTH {
            return Err(parser.error("the text is longer than 65536 bytes"));
        }
        let policy = parser.joined(0)?;
        match parser.peek()? {
            None => Ok(policy),
            Some(Token::Close) => Err(parser.error("this parenthesis closes nothing")),
            Some(_) => Err(parser.error("expected `and` or `or`")),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Token<'a> {
    Close,
    Open,
    Quoted(String),
    Word(&'a str),
}

impl<'a> Parser<'a> {
    fn joined(&mut self, depth: usize) -> Result<Policy, InvalidPolicy> {
        let first = self.part(depth)?;
        let Some(Token::Word(word @ ("and" | "or"))) = self.peek()? else {
            return Ok(first);
        };
        let mut parts = vec![first];
        while let Some(Token::Word(next @ ("and" | "or"))) = self.peek()? {
            if next != word {
                return Err(self.error("`and` and `or` side by side need parentheses"));
            }
            self.next()?;
            parts.push(self.part(depth)?);
        }
        Ok(Policy(match word {
            "and" => Node::All(parts),
            _ => Node::Any(parts),
        }))
    }

    fn part(&mut self, depth: usize) -> Result<Policy, InvalidPolicy> {
        if depth > MAX_DEPTH {
            return Err(self.error("parts nest deeper than 32 levels"));
        }
        let start = self.rest;
        match self.next()? {
            Some(Token::Open) => {
                let policy = self.joined(depth + 1)?;
                match self.peek()? {
                    Some(Token::Close) => {
                        self.next()?;
                        Ok(policy)
                    }
                    _ => Err(self.error("expected `and`, `or` or a closing parenthesis")),
                }
            }
            Some(Token::Word("not")) => {
                let policy = self.part(depth + 1)?;
                Ok(Policy(Node::Not(Box::new(policy))))
            }
            Some(Token::Word(kind)) => self.leaf(kind, start),
            _ => {
                self.rest = start;
                Err(self.error("expected a part, such as `role admin`"))
            }
        }
    }

    fn leaf(&mut self, kind: &str, start: &'a str) -> Result<Policy, InvalidPolicy> {
        let leaf = match kind {
            "acr" => Leaf::Acr(self.name()?),
            "amr" => Leaf::Amr(self.name()?),
            "max-age" => {
                let before = self.rest;
                let name = self.name()?;
                let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
                match name.parse() {
                    Ok(seconds) if is_number => Leaf::MaxAge(seconds),
                    _ => {
                        self.rest = before;
                        return Err(self.error("expected a number of seconds"));
                    }
                }
            }
            "permission" => Leaf::Permission(self.name()?),
            "role" => Leaf::Role(self.name()?),
            "scope" => return Ok(scope(self.name()?)),
            "attribute" | "consult" | "custom" => {
                self.rest = start;
                return Err(self.error("this part cannot be written as a text"));
            }
            _ => {
                self.rest = start;
                return Err(self.error(
                    "expected `role`, `scope`, `permission`, `max-age`, `acr`, `amr`, `not` or `(`",
                ));
            }
        };
        Ok(Policy(Node::Leaf(leaf)))
    }

    fn name(&mut self) -> Result<String, InvalidPolicy> {
        let start = self.rest;
        match self.next()? {
            Some(Token::Word(name)) => Ok(name.to_owned()),
            Some(Token::Quoted(name)) if !name.is_empty() => Ok(name),
            _ => {
                self.rest = start;
                Err(self.error("expected a name"))
            }
        }
    }

    fn peek(&mut self) -> Result<Option<Token<'a>>, InvalidPolicy> {
        let start = self.rest;
        let token = self.next();
        self.rest = start;
        token
    }

    fn next(&mut self) -> Result<Option<Token<'a>>, InvalidPolicy> {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let mut chars = self.rest.chars();
        let token = match chars.next() {
            None => return Ok(None),
            Some('(') => Token::Open,
            Some(')') => Token::Close,
            Some('"') => Token::Quoted(self.quoted(&mut chars)?),
            Some(_) => {
                let end = self.rest.find(|c| !is_plain(c)).unwrap_or(self.rest.len());
                match self.rest.split_at_checked(end) {
                    Some((word, rest)) if end > 0 => {
                        self.rest = rest;
                        return Ok(Some(Token::Word(word)));
                    }
                    _ => return Err(self.error("this character needs quotes")),
                }
            }
        };
        self.rest = chars.as_str();
        Ok(Some(token))
    }

    fn quoted(&self, chars: &mut Chars<'a>) -> Result<String, InvalidPolicy> {
        let mut name = String::new();
        loop {
            match chars.next() {
                None => return Err(self.error("this quote is not closed")),
                Some('"') => return Ok(name),
                Some('\\') => match escaped(chars) {
                    Some(c) => name.push(c),
                    None => return Err(self.error("an escape in these quotes is unknown")),
                },
                Some(c) => name.push(c),
            }
        }
    }

    /// Says what is wrong with the text from here on.
    fn error(&self, problem: &'static str) -> InvalidPolicy {
        let rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let before = self.text.len() - rest.len();
        let before = self.text.get(..before).unwrap_or_default();
        InvalidPolicy {
            column: before.chars().count() + 1,
            problem,
        }
    }
}

/// Reads what Rust writes after a backslash.
fn escaped(chars: &mut Chars<'_>) -> Option<char> {
    match chars.next()? {
        '0' => Some('\0'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        c @ ('"' | '\'' | '\\') => Some(c),
        'u' if chars.next()? == '{' => {
            let (digits, rest) = chars.as_str().split_once('}')?;
            let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
            *chars = rest.chars();
            char::from_u32(number)
        }
        _ => None,
    }
}

/// A text is not a [`Policy`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InvalidPolicy {
    column: usize,
    problem: &'static str,
}

impl InvalidPolicy {
    /// Returns where the problem begins, in characters, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }
}

impl Error for InvalidPolicy {}

impl fmt::Display for InvalidPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at column {}", self.problem, self.column)
    }
}
