use std::borrow::Cow;

/// Returns the one spelling of `path` that stands for all that some server takes for
/// the same: escapes decoded once, `\` as `/`, `;parameters` cut, empty segments and
/// `.` left out, `..` resolved, no `/` at the end.
///
/// A path in that spelling is borrowed.
pub(crate) fn normal_path(path: &str) -> Cow<'_, str> {
    if is_normal(path.as_bytes()) {
        return Cow::Borrowed(path);
    }
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        (rest, _) = match (first, tail) {
            (b'%', [high, low, tail @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (tail, decoded.push(high << 4 | low)),
                _ => (rest.get(1..).unwrap_or_default(), decoded.push(b'%')),
            },
            (first, tail) => (tail, decoded.push(*first)),
        };
    }

    let mut segments: Vec<&[u8]> = Vec::new();
    for segment in decoded.split(|byte| matches!(byte, b'/' | b'\\')) {
        let segment = segment.split(|byte| *byte == b';').next();
        match segment.unwrap_or_default() {
            b"" | b"." => {}
            b".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    let mut normal = Vec::with_capacity(decoded.len() + 1);
    for segment in segments {
        normal.push(b'/');
        normal.extend_from_slice(segment);
    }
    if normal.is_empty() {
        normal.push(b'/');
    }
    Cow::Owned(String::from_utf8_lossy(&normal).into_owned())
}

fn is_normal(path: &[u8]) -> bool {
    let [b'/', rest @ ..] = path else {
        return false;
    };
    if rest.is_empty() {
        return true;
    }
    let mut start = true;
    for byte in rest {
        match byte {
            b'%' | b'\\' | b';' => return false,
            // Any segment that begins with a dot is looked at the long way.
            b'/' | b'.' if start => return false,
            b'/' => start = true,
            _ => start = false,
        }
    }
    !start
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn spellings_of_one_path_are_one() {
        for (path, expected) in [
            ("/", "/"),
            ("", "/"),
            ("*", "/*"),
            ("//", "/"),
            ("/login", "/login"),
            ("login", "/login"),
            ("//login", "/login"),
            ("/login/", "/login"),
            ("/./login", "/login"),
            ("/x/../login", "/login"),
            ("/../login", "/login"),
            ("/%6cogin", "/login"),
            ("/%6Cogin", "/login"),
            ("/%2e%2e/login", "/login"),
            ("/x%2f..%2flogin", "/login"),
            ("/x%5C..%5Clogin", "/login"),
            ("/x\\..\\login", "/login"),
            ("/login;jsessionid=1", "/login"),
            ("/x/..;/login", "/login"),
            // Decoded once, and only what is an escape.
            ("/%256cogin", "/%6cogin"),
            ("/100%", "/100%"),
            ("/%zz", "/%zz"),
            ("/%6", "/%6"),
            ("/.well-known/x", "/.well-known/x"),
            ("/a/.../b", "/a/.../b"),
            ("/Login", "/Login"),
            ("/%ff", "/\u{fffd}"),
        ] {
            assert_eq!(normal_path(path), expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn a_normal_path_is_borrowed(segments in "(/[a-zA-Z0-9_~-]{1,5}){1,4}") {
            prop_assert!(matches!(normal_path(&segments), Cow::Borrowed(path) if path == segments));
        }

        #[test]
        fn nothing_is_left_that_a_router_would_resolve(path in r"[/\\.;%2efa-c]{0,24}") {
            let normal = normal_path(&path).into_owned();
            prop_assert!(normal.starts_with('/'));
            prop_assert!(!normal.contains("//") && !normal.contains(';') && !normal.contains('\\'));
            prop_assert!(normal.split('/').all(|segment| segment != "." && segment != ".."));
            if !normal.contains('%') {
                prop_assert_eq!(&normal_path(&normal), &normal);
            }
        }
    }
}
