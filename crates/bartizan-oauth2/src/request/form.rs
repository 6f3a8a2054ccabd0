use std::fmt;
use std::mem;

use bartizan_core::Rejection;
use zeroize::Zeroizing;

use super::invalid_request;

/// The parameters of a form ([RFC 6749, appendix B]), wiped when dropped.
///
/// [RFC 6749, appendix B]: https://www.rfc-editor.org/rfc/rfc6749#appendix-B
pub(crate) struct Form(Vec<(Text, Text)>);

type Text = Zeroizing<String>;

/// Each name is compared with each: a form of thousands must not cost millions of
/// comparisons.
const MAX_PARAMETERS: usize = 64;

impl Form {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Rejection> {
        let mut parameters: Vec<(Text, Text)> = Vec::new();
        for pair in bytes.split(|&byte| byte == b'&') {
            if pair.is_empty() {
                continue;
            }
            let (name, value) = match pair.iter().position(|&byte| byte == b'=') {
                Some(at) => pair
                    .split_at_checked(at)
                    .map_or((pair, &[][..]), |(name, rest)| {
                        (name, rest.get(1..).unwrap_or_default())
                    }),
                None => (pair, &[][..]),
            };
            let (Some(name), Some(value)) = (decode(name), decode(value)) else {
                return Err(invalid_request("the form is not encoded as UTF-8"));
            };
            if parameters.iter().any(|(known, _)| *known == name) {
                return Err(invalid_request("a parameter occurs more than once"));
            }
            if parameters.len() == MAX_PARAMETERS {
                return Err(invalid_request("the form has too many parameters"));
            }
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    /// Takes a parameter. One without a value counts as left out ([RFC 6749,
    /// section 3.2]).
    ///
    /// [RFC 6749, section 3.2]: https://www.rfc-editor.org/rfc/rfc6749#section-3.2
    pub(crate) fn take(&mut self, name: &str) -> Option<Text> {
        let mut parameters = self.0.iter_mut();
        let (_, value) = parameters.find(|(known, _)| **known == name)?;
        let value = mem::take(value);
        (!value.is_empty()).then_some(value)
    }
}

/// Leaves out the values.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").finish_non_exhaustive()
    }
}

/// Decodes one name or value: `+` is a space, and `%` comes with two digits.
pub(super) fn decode(encoded: &[u8]) -> Option<Text> {
    // Never longer than what it is made of, so it does not move while it grows.
    let mut decoded = Zeroizing::new(Vec::with_capacity(encoded.len()));
    let mut bytes = encoded.iter();
    while let Some(&byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = hex(*bytes.next()?)?;
                let low = hex(*bytes.next()?)?;
                high << 4 | low
            }
            _ => byte,
        });
    }
    // The error would take the bytes along, unwiped.
    std::str::from_utf8(&decoded).ok()?;
    String::from_utf8(mem::take(&mut *decoded))
        .ok()
        .map(Zeroizing::new)
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rfc6749_3_2_parameters_are_found_and_empty_ones_are_absent() {
        for (form, name, expected) in [
            ("a=1&b=2", "b", Some("2")),
            ("a=1", "b", None),
            ("a=", "a", None),
            ("a", "a", None),
            ("", "a", None),
            ("&&a=1&", "a", Some("1")),
            ("a=1=2", "a", Some("1=2")),
            ("a=+%2B%26%3D%25", "a", Some(" +&=%")),
            ("%61=1", "a", Some("1")),
            ("a=%C3%A5%e2%9c%97", "a", Some("\u{e5}\u{2717}")),
            ("a=\u{e5}", "a", Some("\u{e5}")),
            ("A=1", "a", None),
            ("=1&a=2", "a", Some("2")),
        ] {
            let mut form = Form::parse(form.as_bytes()).unwrap();
            assert_eq!(form.take(name).as_deref().map(String::as_str), expected);
            assert_eq!(form.take(name), None, "a value is taken once");
        }
    }

    #[test]
    fn rfc6749_3_2_a_parameter_that_occurs_twice_is_refused() {
        for form in [
            "a=1&a=1",
            "a=1&%61=2",
            "a&a",
            "a=&b=1&a=2",
            "x=1&x=2&a=1",
            "=&=",
        ] {
            assert!(Form::parse(form.as_bytes()).is_err(), "{form}");
        }
    }

    #[test]
    fn what_is_not_encoded_as_utf_8_is_refused() {
        for form in [
            b"a=%".as_slice(),
            b"a=%4",
            b"a=%4g",
            b"a=%zz",
            b"a=%+1",
            b"%=1",
            b"a=%ff",
            b"a=%C3",
            b"a=\xff",
            b"a=%ED%A0%80",
            b"a=%C0%AF",
        ] {
            assert!(Form::parse(form).is_err(), "{form:?}");
        }
    }

    #[test]
    fn the_number_of_parameters_is_bounded() {
        let form = |count: usize| {
            let pairs: Vec<_> = (0..count).map(|n| format!("p{n}=x")).collect();
            Form::parse(pairs.join("&").as_bytes())
        };

        assert!(form(MAX_PARAMETERS).is_ok());
        assert!(form(MAX_PARAMETERS + 1).is_err());
    }

    #[test]
    fn values_are_not_shown() {
        let form = Form::parse(b"password=hunter2").unwrap();

        assert_eq!(format!("{form:?}"), "Form { .. }");
    }

    proptest! {
        #[test]
        fn parses_what_a_client_encodes(
            pairs in proptest::collection::hash_map(".*", ".*", 0..8),
        ) {
            let mut serializer = form_urlencoded::Serializer::new(String::new());
            let encoded = serializer.extend_pairs(&pairs).finish();

            let mut form = Form::parse(encoded.as_bytes()).unwrap();
            for (name, value) in pairs {
                let expected = (!value.is_empty()).then_some(value);
                let found = form.take(&name);
                prop_assert_eq!(found.as_deref(), expected.as_ref());
            }
        }

        #[test]
        fn agrees_with_another_parser_on_any_bytes(
            bytes in vec(prop_oneof![any::<u8>(), proptest::sample::select(&b"&=%+aA1"[..])], 0..64),
        ) {
            let theirs: Vec<_> = form_urlencoded::parse(&bytes).collect();
            if let Ok(ours) = Form::parse(&bytes) {
                prop_assert_eq!(ours.0.len(), theirs.len());
                for ((name, value), (their_name, their_value)) in ours.0.iter().zip(&theirs) {
                    prop_assert_eq!(name.as_str(), their_name.as_ref());
                    prop_assert_eq!(value.as_str(), their_value.as_ref());
                }
            }
        }
    }
}
