use super::{PathRules, PathTrick};

/// Reads a path octet by octet, and refuses what its rules do not allow.
pub(super) struct Scan<'a> {
    rules: PathRules,
    /// After the first slash.
    rest: std::slice::Iter<'a, u8>,
    segment: Segment,
    character: Character,
}

/// One octet of a path that may be there.
pub(super) enum Octet {
    /// One that stands for itself.
    Kept(u8),
    /// One that stays encoded, since decoded it would stand for something else.
    Encoded(&'static str),
    /// One of a parameter, which is not part of the normal path.
    Parameter,
}

impl<'a> Scan<'a> {
    pub(super) fn new(rules: PathRules, path: &'a str) -> Result<Self, PathTrick> {
        let rest = path.strip_prefix('/').ok_or(PathTrick::NoLeadingSlash)?;
        Ok(Self {
            rules,
            rest: rest.as_bytes().iter(),
            segment: Segment::default(),
            character: Character::default(),
        })
    }

    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<Octet>, PathTrick> {
        let Some(&octet) = self.rest.next() else {
            return Ok(None);
        };
        if octet != b'%' {
            self.character.end()?;
        }
        match octet {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'~' => {
                Ok(Some(self.ordinary(octet)))
            }
            b'%' => self.escape().map(Some),
            _ => self.special(octet).map(Some),
        }
    }

    pub(super) fn finish(&self) -> Result<(), PathTrick> {
        self.character.end()?;
        self.segment.end(self.rules)
    }

    fn escape(&mut self) -> Result<Octet, PathTrick> {
        let mut digit = || match self.rest.next() {
            Some(&digit) => char::from(digit).to_digit(16),
            None => None,
        };
        let (Some(high), Some(low)) = (digit(), digit()) else {
            return Err(PathTrick::InvalidEncoding);
        };
        let octet = u8::try_from(high << 4 | low).map_err(|_| PathTrick::InvalidEncoding)?;
        if octet >= 0x80 {
            self.character.push(octet)?;
            return Ok(self.ordinary(octet));
        }
        self.character.end()?;
        match octet {
            0x00..=0x1f | 0x7f => Err(PathTrick::ControlCharacter),
            b'/' if !self.rules.encoded_slash => Err(PathTrick::EncodedSlash),
            b'/' => {
                self.separate()?;
                Ok(Octet::Encoded("%2F"))
            }
            b'\\' => {
                self.special(octet)?;
                Ok(Octet::Encoded("%5C"))
            }
            b'%' if !self.rules.encoded_percent => Err(PathTrick::EncodedPercent),
            b'%' => match self.ordinary(octet) {
                Octet::Parameter => Ok(Octet::Parameter),
                _ => Ok(Octet::Encoded("%25")),
            },
            b'.' if !self.rules.encoded_dot => Err(PathTrick::EncodedDot),
            b'.' | b';' => self.special(octet),
            _ => Ok(self.ordinary(octet)),
        }
    }

    fn special(&mut self, octet: u8) -> Result<Octet, PathTrick> {
        match octet {
            b'/' => {
                self.separate()?;
                Ok(Octet::Kept(octet))
            }
            b'\\' if !self.rules.backslash => Err(PathTrick::Backslash),
            b'\\' => {
                self.separate()?;
                Ok(Octet::Kept(octet))
            }
            b';' if !self.rules.parameters => Err(PathTrick::PathParameter),
            b';' => {
                self.segment.is_parameter = true;
                Ok(Octet::Parameter)
            }
            0x00..=0x1f | 0x7f => Err(PathTrick::ControlCharacter),
            b' ' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'}' | b'#' | b'?' | 0x80.. => {
                Err(PathTrick::ForbiddenCharacter)
            }
            _ => Ok(self.ordinary(octet)),
        }
    }

    fn ordinary(&mut self, octet: u8) -> Octet {
        if self.segment.is_parameter {
            return Octet::Parameter;
        }
        self.segment.push(octet);
        Octet::Kept(octet)
    }

    /// Ends a segment, at a slash or at what some take for one.
    fn separate(&mut self) -> Result<(), PathTrick> {
        self.segment.end(self.rules)?;
        if self.segment.length == 0 && !self.rules.double_slash {
            return Err(PathTrick::EmptySegment);
        }
        self.segment = Segment::default();
        Ok(())
    }
}

/// What is known of the segment so far, without its parameters.
#[derive(Default)]
struct Segment {
    length: usize,
    dots: usize,
    last: u8,
    is_parameter: bool,
}

impl Segment {
    fn push(&mut self, octet: u8) {
        self.length += 1;
        self.dots += usize::from(octet == b'.');
        self.last = octet;
    }

    fn end(&self, rules: PathRules) -> Result<(), PathTrick> {
        if self.length == self.dots && matches!(self.length, 1 | 2) {
            return Err(PathTrick::DotSegment);
        }
        if matches!(self.last, b'.' | b' ') && !rules.trailing_dot {
            return Err(PathTrick::TrailingDot);
        }
        Ok(())
    }
}

/// An encoded character that is not ASCII, as far as it has come.
#[derive(Default)]
struct Character {
    octets: [u8; 4],
    length: usize,
}

impl Character {
    fn push(&mut self, octet: u8) -> Result<(), PathTrick> {
        let place = self.octets.get_mut(self.length);
        *place.ok_or(PathTrick::InvalidUtf8)? = octet;
        self.length += 1;
        let octets = self.octets.get(..self.length).unwrap_or_default();
        match std::str::from_utf8(octets) {
            Ok(text) => {
                let is_control = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
                if text.contains(is_control) {
                    return Err(PathTrick::ControlCharacter);
                }
                self.length = 0;
                Ok(())
            }
            // More may come.
            Err(error) if error.error_len().is_none() => Ok(()),
            Err(_) => Err(PathTrick::InvalidUtf8),
        }
    }

    fn end(&self) -> Result<(), PathTrick> {
        if self.length == 0 {
            Ok(())
        } else {
            Err(PathTrick::InvalidUtf8)
        }
    }
}
