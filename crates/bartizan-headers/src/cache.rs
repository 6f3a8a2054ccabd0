use http::HeaderValue;

use crate::InvalidValue;

/// The directives of responses: RFC 9111, section 5.2.2, RFC 5861 and RFC 8246.
const DIRECTIVES: &[(&str, Argument)] = &[
    ("immutable", Argument::None),
    ("max-age", Argument::Seconds),
    ("must-revalidate", Argument::None),
    ("must-understand", Argument::None),
    ("no-cache", Argument::None),
    ("no-store", Argument::None),
    ("no-transform", Argument::None),
    ("private", Argument::None),
    ("proxy-revalidate", Argument::None),
    ("public", Argument::None),
    ("s-maxage", Argument::Seconds),
    ("stale-if-error", Argument::Seconds),
    ("stale-while-revalidate", Argument::Seconds),
];

#[derive(Clone, Copy)]
enum Argument {
    None,
    Seconds,
}

/// Checks a value for `Cache-Control`, so that a misspelt `nostore` is not sent to
/// caches that would pass over it.
pub(crate) fn cache_control(value: &str) -> Result<HeaderValue, InvalidValue> {
    let mut seen = Vec::new();
    for directive in value.split(',').map(str::trim) {
        let (name, argument) = match directive.split_once('=') {
            Some((name, argument)) => (name, Some(argument)),
            None => (directive, None),
        };
        let known = DIRECTIVES.iter().find(|(known, _)| *known == name);
        let Some((name, takes)) = known else {
            let name = name.escape_debug();
            return Err(invalid(format!("no directive is called \"{name}\"")));
        };
        match (takes, argument) {
            (Argument::None, None) => {}
            (Argument::None, Some(_)) => {
                return Err(invalid(format!("{name} takes no argument here")));
            }
            (Argument::Seconds, argument) => {
                let is_seconds = argument.is_some_and(|argument| {
                    argument.bytes().all(|byte| byte.is_ascii_digit())
                        && argument.parse::<u32>().is_ok()
                });
                if !is_seconds {
                    return Err(invalid(format!("{name} takes a number of seconds")));
                }
            }
        }
        if seen.contains(name) {
            return Err(invalid(format!("{name} is there twice")));
        }
        seen.push(*name);
    }
    if seen.contains(&"no-store") && seen.contains(&"public") {
        return Err(invalid("no-store and public contradict each other"));
    }
    HeaderValue::try_from(value).map_err(|_| invalid("not a header value"))
}

fn invalid(problem: impl Into<String>) -> InvalidValue {
    InvalidValue::new("cache-control", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_known_directives_alone() {
        let good = [
            "no-store",
            "no-cache, no-store, max-age=0, must-revalidate",
            "private, max-age=60",
            "public, max-age=31536000, immutable",
        ];
        let bad = [
            ("", "no directive is called \"\""),
            ("nostore", "no directive is called \"nostore\""),
            ("No-Store", "no directive is called \"No-Store\""),
            ("no-store,", "no directive is called \"\""),
            (
                "no-store; private",
                "no directive is called \"no-store; private\"",
            ),
            ("max-age", "max-age takes a number of seconds"),
            ("max-age=", "max-age takes a number of seconds"),
            ("max-age=+1", "max-age takes a number of seconds"),
            ("max-age=1h", "max-age takes a number of seconds"),
            ("no-store=1", "no-store takes no argument here"),
            ("private, private", "private is there twice"),
            (
                "public, no-store",
                "no-store and public contradict each other",
            ),
            (
                "private\r\nset-cookie",
                "no directive is called \"private\\r\\nset-cookie\"",
            ),
        ];

        for value in good {
            assert_eq!(cache_control(value).unwrap(), value);
        }
        for (value, problem) in bad {
            assert_eq!(
                cache_control(value).unwrap_err().problem(),
                problem,
                "{value}"
            );
        }
    }
}
