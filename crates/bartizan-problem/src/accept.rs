use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue};

/// What a client would rather read, as far as we can write it.
///
/// A client that accepts nothing of ours gets JSON all the same, which
/// [RFC 9110, section 12.4.1] permits: a 406 would hide the error behind another.
///
/// [RFC 9110, section 12.4.1]: https://www.rfc-editor.org/rfc/rfc9110#section-12.4.1
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    Html,
    Json,
    Text,
}

/// What a request says of the formats of its response, read only when it is needed.
#[derive(Clone, Debug)]
pub(crate) enum Accepts {
    /// There is no field.
    Anything,
    /// One line.
    Line(HeaderValue),
    /// More than one line.
    Read(Weights),
}

impl Accepts {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut lines = headers.get_all(ACCEPT).iter();
        match (lines.next(), lines.next()) {
            (None, _) => Self::Anything,
            (Some(line), None) => Self::Line(line.clone()),
            (Some(_), Some(_)) => Self::Read(Weights::of(headers.get_all(ACCEPT))),
        }
    }

    pub(crate) fn best(&self, has_html: bool) -> Format {
        let weights = match self {
            Self::Anything => return Format::Json,
            Self::Line(line) => Weights::of([line]),
            Self::Read(weights) => *weights,
        };
        weights.best(has_html)
    }
}

/// How much a client wants each format.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weights {
    html: Weight,
    json: Weight,
    text: Weight,
}

/// The weight that the most specific range gives, in thousandths.
#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    specificity: u8,
    thousandths: u16,
}

/// The most that is read: a browser's field has about 100 bytes and 8 ranges.
const MAX_BYTES: usize = 1024;
const MAX_RANGES: usize = 32;

impl Weights {
    fn of<'a>(lines: impl IntoIterator<Item = &'a HeaderValue>) -> Self {
        let mut weights = Self::default();
        let (mut bytes, mut ranges) = (0_usize, 0_usize);
        for line in lines {
            bytes = bytes.saturating_add(line.len());
            // Half of what was asked for is not what was asked for.
            if bytes > MAX_BYTES {
                return Self::default();
            }
            for range in line.as_bytes().split(|&byte| byte == b',') {
                ranges = ranges.saturating_add(1);
                if ranges > MAX_RANGES {
                    return Self::default();
                }
                if let Some(range) = Range::parse(range) {
                    weights.count(&range);
                }
            }
        }
        weights
    }

    fn count(&mut self, range: &Range<'_>) {
        self.html.count(range, "text", &["html"]);
        self.json
            .count(range, "application", &["problem+json", "json"]);
        self.text.count(range, "text", &["plain"]);
    }

    /// Of two that are wanted alike, JSON comes first: `*/*` is what most clients
    /// send, and few of them are read by people.
    fn best(self, has_html: bool) -> Format {
        let (mut best, mut most) = (Format::Json, self.json.thousandths);
        if self.text.thousandths > most {
            (best, most) = (Format::Text, self.text.thousandths);
        }
        if has_html && self.html.thousandths > most {
            best = Format::Html;
        }
        best
    }
}

impl Weight {
    fn count(&mut self, range: &Range<'_>, kind: &str, subtypes: &[&str]) {
        let is = |text: &[u8], name: &str| text.eq_ignore_ascii_case(name.as_bytes());
        let specificity = match (range.kind, range.subtype) {
            (b"*", b"*") => 1,
            (of, b"*") if is(of, kind) => 2,
            (of, subtype) if is(of, kind) && subtypes.iter().any(|name| is(subtype, name)) => 3,
            _ => return,
        };
        if specificity > self.specificity {
            *self = Self {
                specificity,
                thousandths: range.thousandths,
            };
        } else if specificity == self.specificity {
            self.thousandths = self.thousandths.max(range.thousandths);
        }
    }
}

/// A media range with its weight ([RFC 9110, section 12.5.1]).
///
/// [RFC 9110, section 12.5.1]: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
#[derive(Debug, Eq, PartialEq)]
struct Range<'a> {
    kind: &'a [u8],
    subtype: &'a [u8],
    thousandths: u16,
}

impl<'a> Range<'a> {
    /// Returns none for what is no range, and for one with a parameter that what we
    /// write does not have.
    fn parse(text: &'a [u8]) -> Option<Self> {
        let mut parts = text.split(|&byte| byte == b';').map(<[u8]>::trim_ascii);
        let mut names = parts.next()?.splitn(2, |&byte| byte == b'/');
        let (kind, subtype) = (names.next()?, names.next()?);
        let mut thousandths = 1000;
        for parameter in parts {
            let mut halves = parameter.splitn(2, |&byte| byte == b'=');
            let (name, value) = (halves.next()?, halves.next());
            if name.eq_ignore_ascii_case(b"q") {
                thousandths = weight(value?)?;
                // What follows are extensions, which nothing defines.
                break;
            }
            let is_charset = name.eq_ignore_ascii_case(b"charset");
            let is_utf8 = |value: &[u8]| {
                value.eq_ignore_ascii_case(b"utf-8") || value.eq_ignore_ascii_case(b"\"utf-8\"")
            };
            if !is_charset || !value.is_some_and(is_utf8) {
                return None;
            }
        }
        Some(Self {
            kind,
            subtype,
            thousandths,
        })
    }
}

/// Reads `0`, `1`, and up to three decimals ([RFC 9110, section 12.4.2]).
///
/// [RFC 9110, section 12.4.2]: https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2
fn weight(text: &[u8]) -> Option<u16> {
    let (whole, decimals) = match text {
        [whole] => (whole, [].as_slice()),
        [whole, b'.', decimals @ ..] if decimals.len() <= 3 => (whole, decimals),
        _ => return None,
    };
    let mut thousandths = match whole {
        b'0' => 0,
        b'1' => 1000,
        _ => return None,
    };
    for (digit, worth) in decimals.iter().zip([100, 10, 1]) {
        if !digit.is_ascii_digit() {
            return None;
        }
        thousandths += u16::from(digit - b'0') * worth;
    }
    (thousandths <= 1000).then_some(thousandths)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    #[test]
    fn chooses_what_is_wanted_most() {
        let long = format!("text/plain,{}", "a/b,".repeat(MAX_RANGES));
        let wide = format!("text/plain,{}", "x".repeat(MAX_BYTES));
        let cases = [
            ("", Format::Json, Format::Json),
            ("*/*", Format::Json, Format::Json),
            (BROWSER, Format::Json, Format::Html),
            ("text/plain", Format::Text, Format::Text),
            ("TEXT/Plain", Format::Text, Format::Text),
            ("text/plain; charset=UTF-8", Format::Text, Format::Text),
            ("text/plain; charset=latin1", Format::Json, Format::Json),
            ("text/plain; format=flowed", Format::Json, Format::Json),
            ("text/*", Format::Text, Format::Text),
            ("text/html", Format::Json, Format::Html),
            ("text/html, text/plain", Format::Text, Format::Text),
            ("text/html, text/plain;q=0.9", Format::Text, Format::Html),
            ("text/*;q=0.5, text/html;q=0", Format::Text, Format::Text),
            ("application/json", Format::Json, Format::Json),
            ("application/problem+json;q=0.1", Format::Json, Format::Json),
            (
                "application/json;q=0.5, text/plain",
                Format::Text,
                Format::Text,
            ),
            (
                "application/json;q=0, application/problem+json, text/plain;q=0.9",
                Format::Json,
                Format::Json,
            ),
            ("*/*;q=0.1, text/plain;q=0.2", Format::Text, Format::Text),
            ("*/*, application/*;q=0", Format::Text, Format::Text),
            ("text/plain;q=0", Format::Json, Format::Json),
            ("text/plain;q=2", Format::Json, Format::Json),
            ("text/plain;q=1.1", Format::Json, Format::Json),
            ("text/plain;q=0.0001", Format::Json, Format::Json),
            ("text/plain;q=.5", Format::Json, Format::Json),
            ("text/plain;q", Format::Json, Format::Json),
            ("text/plain;q=0.001", Format::Text, Format::Text),
            ("text/plain;q=0.5;level=1", Format::Text, Format::Text),
            ("image/png", Format::Json, Format::Json),
            ("text", Format::Json, Format::Json),
            ("*/plain", Format::Json, Format::Json),
            (&long, Format::Json, Format::Json),
            (&wide, Format::Json, Format::Json),
        ];

        for (field, without, with) in cases {
            let mut headers = HeaderMap::new();
            headers.append(ACCEPT, field.parse().unwrap());
            assert_eq!(Accepts::of(&headers).best(false), without, "{field}");
            assert_eq!(Accepts::of(&headers).best(true), with, "{field}");
        }
        assert_eq!(Accepts::of(&HeaderMap::new()).best(true), Format::Json);
    }

    #[test]
    fn several_lines_are_one_list() {
        let mut headers = HeaderMap::new();
        for line in ["application/json;q=0.5", "text/plain"] {
            headers.append(ACCEPT, line.parse().unwrap());
        }

        assert_eq!(Accepts::of(&headers).best(false), Format::Text);
    }

    proptest! {
        #[test]
        fn reads_the_weights_it_writes(thousandths in 0_u16..=1000) {
            let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
            prop_assert_eq!(weight(text.as_bytes()), Some(thousandths));
        }

        #[test]
        fn survives_anything(field in proptest::collection::vec(b'\t'..=b'~', 0..200)) {
            if let Ok(value) = HeaderValue::from_bytes(&field) {
                let mut headers = HeaderMap::new();
                headers.append(ACCEPT, value);
                let _ = Accepts::of(&headers).best(true);
            }
        }
    }
}
