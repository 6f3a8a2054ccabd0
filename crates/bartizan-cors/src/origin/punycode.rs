/// Returns whether what follows `xn--` decodes to a label that needed encoding ([RFC
/// 3492, section 6.2]).
///
/// A label that does not is in no origin that a browser sends, and stands in a
/// configuration by mistake. What it decodes to is not looked at: browsers compare the
/// encoded form, too.
///
/// [RFC 3492, section 6.2]: https://www.rfc-editor.org/rfc/rfc3492#section-6.2
pub(super) fn is_encoded(text: &str) -> bool {
    let (basic, extended) = text.rsplit_once('-').unwrap_or(("", text));
    let mut length = u32::try_from(basic.len()).unwrap_or(u32::MAX);
    let mut digits = extended.bytes();
    let (mut code, mut index, mut bias) = (128_u32, 0_u32, 72_u32);
    if extended.is_empty() {
        return false;
    }
    while digits.len() > 0 {
        let Some(delta) = delta(&mut digits, bias) else {
            return false;
        };
        let Some(next) = index.checked_add(delta) else {
            return false;
        };
        bias = adapt(delta, length + 1, index == 0 && code == 128);
        length += 1;
        code = code.saturating_add(next / length);
        if char::from_u32(code).is_none() {
            return false;
        }
        index = next % length + 1;
    }
    true
}

const BASE: u32 = 36;
const MIN: u32 = 1;
const MAX: u32 = 26;

/// Reads one number of variable length.
fn delta(digits: &mut impl Iterator<Item = u8>, bias: u32) -> Option<u32> {
    let (mut value, mut weight, mut at) = (0_u32, 1_u32, BASE);
    loop {
        let digit = match digits.next()? {
            letter @ b'a'..=b'z' => u32::from(letter - b'a'),
            number @ b'0'..=b'9' => u32::from(number - b'0') + 26,
            _ => return None,
        };
        value = value.checked_add(digit.checked_mul(weight)?)?;
        let threshold = at.saturating_sub(bias).clamp(MIN, MAX);
        if digit < threshold {
            return Some(value);
        }
        weight = weight.checked_mul(BASE - threshold)?;
        at += BASE;
    }
}

fn adapt(delta: u32, points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut at = 0;
    while delta > (BASE - MIN) * MAX / 2 {
        delta /= BASE - MIN;
        at += BASE;
    }
    at + (BASE - MIN + 1) * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3492_7_knows_what_is_encoded() {
        for (text, expected) in [
            // r\u{e9}sum\u{e9}, b\u{fc}cher, and two samples of the section.
            ("rsum-bpad", true),
            ("bcher-kva", true),
            ("ihqwcrb4cv8a8dqg056pqjye", true),
            ("n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa", true),
            ("p1ai", true),
            ("f", false),
            ("", false),
            ("abc-", false),
            ("a_b", false),
            ("99999999", false),
        ] {
            assert_eq!(is_encoded(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_label_is_judged(text in "[a-z0-9-]{0,60}") {
            let _ = is_encoded(&text);
        }
    }
}
