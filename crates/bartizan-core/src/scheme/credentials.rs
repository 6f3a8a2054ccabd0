use http::header::AUTHORIZATION;

use super::AuthFailure;
use crate::RequestHead;

/// Finds what an `Authorization` field presents to `scheme`.
///
/// Returns what follows the name of the scheme and the spaces after it, or `None`
/// when there is no such field or it is for another scheme. The name is compared
/// without regard to letter case ([RFC 9110, section 11.1]).
///
/// # Errors
///
/// Returns a [malformed](AuthFailure::malformed) failure when there is more than
/// one `Authorization` field, since two readers may choose differently, when
/// something other than a space follows the name, and when the credentials hold
/// anything but printable ASCII.
///
/// [RFC 9110, section 11.1]: https://www.rfc-editor.org/rfc/rfc9110#section-11.1
pub fn credentials<'a>(
    head: RequestHead<'a>,
    scheme: &'static str,
) -> Result<Option<&'a str>, AuthFailure> {
    let mut fields = head.headers().get_all(AUTHORIZATION).iter();
    let Some(field) = fields.next() else {
        return Ok(None);
    };
    if fields.next().is_some() {
        let detail = "the request has more than one Authorization field";
        return Err(AuthFailure::malformed(scheme, detail));
    }

    let field = field.as_bytes();
    let Some((name, rest)) = field.split_at_checked(scheme.len()) else {
        return Ok(None);
    };
    if !name.eq_ignore_ascii_case(scheme.as_bytes()) || rest.first().is_some_and(is_tchar) {
        return Ok(None);
    }
    if !matches!(rest.first(), None | Some(b' ')) {
        let detail = "the scheme is not followed by a space";
        return Err(AuthFailure::malformed(scheme, detail));
    }
    match std::str::from_utf8(rest) {
        Ok(rest) if is_printable(rest) => Ok(Some(rest.trim_start_matches(' '))),
        _ => {
            let detail = "the credentials hold something other than printable ASCII";
            Err(AuthFailure::malformed(scheme, detail))
        }
    }
}

/// Counts instead of stopping at the first other byte: without a way out, many are
/// compared at once, and tokens are long.
fn is_printable(text: &str) -> bool {
    let others = text
        .bytes()
        .map(|byte| u8::from(!matches!(byte, b' '..=b'~')));
    others.fold(0, |any, is_other| any | is_other) == 0
}

/// Returns whether the name of a scheme could go on with this byte
/// ([RFC 9110, section 5.6.2]).
///
/// [RFC 9110, section 5.6.2]: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
fn is_tchar(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte)
}
