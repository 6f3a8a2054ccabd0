use http::HeaderValue;

/// Reads `Access-Control-Request-Headers`, all its lines in order, and returns whether
/// `accepts` holds for each name.
///
/// Browsers send names in lower case, sorted, each once, with a comma between them
/// ([Fetch, section 4.9]); on the way, white space, empty elements and lines may come
/// in. A little of that is taken: one character on either side of a name, and
/// [`MAX_EMPTY`] empty elements. A name ends the search when it is longer than
/// `longest`: the work is bounded by what is allowed, and not by what is sent.
///
/// [Fetch, section 4.9]: https://fetch.spec.whatwg.org/#cors-preflight-fetch
pub(crate) fn read<'a>(
    lines: impl Iterator<Item = &'a HeaderValue>,
    longest: usize,
    mut accepts: impl FnMut(&'a [u8]) -> bool,
) -> bool {
    let mut empty = 0;
    for line in lines {
        let mut rest = Some(line.as_bytes());
        while let Some(bytes) = rest {
            let within = bytes.get(..longest + 3).unwrap_or(bytes);
            let element = match within.iter().position(|byte| *byte == b',') {
                Some(end) => {
                    rest = bytes.get(end + 1..);
                    within.get(..end).unwrap_or_default()
                }
                None if within.len() == bytes.len() => {
                    rest = None;
                    bytes
                }
                None => return false,
            };
            let name = trim(element);
            if name.is_empty() {
                empty += 1;
                if empty > MAX_EMPTY {
                    return false;
                }
            } else if name.len() > longest || !accepts(name) {
                return false;
            }
        }
    }
    true
}

const MAX_EMPTY: usize = 16;

/// Takes one space or tab away on either side.
fn trim(element: &[u8]) -> &[u8] {
    let element = match element {
        [b' ' | b'\t', rest @ ..] => rest,
        all => all,
    };
    match element {
        [rest @ .., b' ' | b'\t'] => rest,
        all => all,
    }
}

/// The names that may be asked for, in lower case and sorted.
#[derive(Debug)]
pub(crate) struct Names {
    names: Vec<Box<[u8]>>,
    longest: usize,
    /// All of them, as a page asks that uses all.
    joined: Box<[u8]>,
}

impl Names {
    /// Takes names that are sorted.
    pub(crate) fn new(names: &[String]) -> Self {
        let names: Vec<Box<[u8]>> = names.iter().map(|name| name.as_bytes().into()).collect();
        let longest = names.iter().map(|name| name.len()).max().unwrap_or(0);
        let joined = names.join(&b',').into();
        Self {
            names,
            longest,
            joined,
        }
    }

    /// Returns whether each name is one of these, after the one before it.
    pub(crate) fn allow<'a>(&self, lines: impl Iterator<Item = &'a HeaderValue>) -> bool {
        let mut lines = lines.peekable();
        let mut rest = self.names.as_slice();
        let is_all = |line: &&HeaderValue| !rest.is_empty() && *line.as_bytes() == *self.joined;
        if lines.next_if(is_all).is_some() {
            rest = &[];
        }
        read(lines, self.longest, |name| {
            let found = rest.iter().position(|allowed| **allowed == *name);
            let after = found.and_then(|at| rest.get(at + 1..));
            rest = after.unwrap_or_default();
            after.is_some()
        })
    }
}

/// The longest name that is taken where every name is.
const LONGEST: usize = 256;

/// The most names that are taken where every name is: the answer repeats them.
const MAX_NAMES: usize = 64;

/// The most lines, for the same reason.
const MAX_LINES: usize = 8;

/// Returns whether `lines` are such as browsers send, whatever the names.
pub(crate) fn are_well_formed<'a, I>(lines: impl Fn() -> I) -> bool
where
    I: Iterator<Item = &'a HeaderValue>,
{
    let is_lower = |name: &[u8]| !name.iter().any(u8::is_ascii_uppercase);
    let mut previous: &[u8] = b"";
    let mut count = 0;
    lines().nth(MAX_LINES).is_none()
        && read(lines(), LONGEST, |name| {
            count += 1;
            let follows = previous < name;
            previous = name;
            follows && count <= MAX_NAMES && crate::names::is_token(name) && is_lower(name)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: [&str; 3] = ["authorization", "content-type", "x-api-key"];

    #[test]
    fn cors_11_takes_what_browsers_send_and_proxies_make_of_it() {
        let commas = ",".repeat(15);
        for lines in [
            &["authorization,content-type,x-api-key"][..],
            &["content-type"],
            &["authorization,x-api-key"],
            &["authorization, content-type"],
            &["authorization ,\tcontent-type\t"],
            &["authorization\t", " ", " content-type"],
            &["authorization", "content-type", "x-api-key"],
            &[",authorization,,x-api-key,"],
            &[""],
            &[&commas],
        ] {
            assert!(allow(lines), "{lines:?}");
        }
    }

    #[test]
    fn cors_11_refuses_the_rest() {
        let commas = ",".repeat(17);
        for lines in [
            &["x-other"][..],
            &["authorization,x-other"],
            &["authorizatio"],
            &["authorizationn"],
            &["*"],
            // Unsorted, repeated, not in lower case: no browser.
            &["content-type,authorization"],
            &["authorization,authorization"],
            &["content-type", "authorization"],
            &["Authorization"],
            &["authorization,  content-type"],
            &["content-type  "],
            &["authorization;content-type"],
            &[&commas],
            &[
                "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "",
            ],
        ] {
            assert!(!allow(lines), "{lines:?}");
        }
        assert!(!Names::new(&[]).allow([HeaderValue::from_static("a")].iter()));
    }

    /// GHSA-mh55-gqvf-xfwm: a mebibyte of commas took rs/cors 127 ms and 121 MB.
    #[test]
    fn cors_11_reads_any_length_without_allocating() {
        let comma = HeaderValue::from_static(",");
        let many_lines = vec![comma; 1 << 20];
        let value = |bytes: Vec<u8>| vec![HeaderValue::try_from(bytes).unwrap()];
        for lines in [
            many_lines,
            value(vec![b','; 1 << 20]),
            value(vec![b'a'; 1 << 20]),
            value(b"authorization,".repeat(1 << 16)),
        ] {
            let names = names();
            let mut allowed = true;
            let counted = allocation_counter::measure(|| {
                allowed = names.allow(lines.iter()) || are_well_formed(|| lines.iter());
            });
            assert!(!allowed);
            assert_eq!(counted.count_total, 0);
        }
    }

    #[test]
    fn what_would_be_repeated_is_bounded() {
        let names = |count: usize| -> String {
            let names: Vec<_> = (0..count).map(|at| format!("x-{at:03}")).collect();
            names.join(",")
        };
        let long = |length| "a".repeat(length);
        let lines = |count: usize| (0..count).map(|at| format!("x-{at}")).collect();
        for (lines, expected) in [
            (vec![names(64)], true),
            (vec![names(65)], false),
            (vec![long(256)], true),
            (vec![long(257)], false),
            (lines(8), true),
            (lines(9), false),
            (vec!["x y".to_owned()], false),
            (vec!["X-Api-Key".to_owned()], false),
            (vec!["b,a".to_owned()], false),
            (vec!["a,a".to_owned()], false),
        ] {
            let lines: Vec<_> = lines
                .iter()
                .map(|l| HeaderValue::from_str(l).unwrap())
                .collect();
            assert_eq!(are_well_formed(|| lines.iter()), expected, "{lines:?}");
        }
    }

    proptest::proptest! {
        /// By the definition: split everything at commas, and look.
        #[test]
        fn agrees_with_the_plain_definition(
            lines in proptest::collection::vec(
                "(authorization|content-type|x-api-key|a|,|, | ,|\t|  ){0,7}", 0..4),
        ) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            proptest::prop_assert_eq!(allow(&lines), plain(&lines), "{:?}", lines);
        }
    }

    fn plain(lines: &[&str]) -> bool {
        let elements = lines.iter().flat_map(|line| line.split(','));
        let ows = [' ', '\t'];
        let trimmed = elements.map(|e| {
            let e = e.strip_prefix(ows).unwrap_or(e);
            e.strip_suffix(ows).unwrap_or(e)
        });
        let (empty, names): (Vec<_>, Vec<_>) = trimmed.partition(|e| e.is_empty());
        empty.len() <= MAX_EMPTY
            && names.is_sorted_by(|a, b| a < b)
            && names.iter().all(|name| ALLOWED.contains(name))
    }

    fn names() -> Names {
        Names::new(&ALLOWED.map(str::to_owned))
    }

    fn allow(lines: &[&str]) -> bool {
        let lines: Vec<_> = lines
            .iter()
            .map(|l| HeaderValue::from_str(l).unwrap())
            .collect();
        names().allow(lines.iter())
    }
}
