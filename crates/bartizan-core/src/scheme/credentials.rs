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
/// one `Authorization` field, since two readers may choose differently, and when
/// the credentials hold anything but printable ASCII.
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
    if !name.eq_ignore_ascii_case(scheme.as_bytes()) || !matches!(rest.first(), None | Some(b' ')) {
        return Ok(None);
    }
    match std::str::from_utf8(rest) {
        Ok(rest) if rest.bytes().all(|b| matches!(b, b' '..=b'~')) => {
            Ok(Some(rest.trim_start_matches(' ')))
        }
        _ => {
            let detail = "the credentials hold something other than printable ASCII";
            Err(AuthFailure::malformed(scheme, detail))
        }
    }
}
