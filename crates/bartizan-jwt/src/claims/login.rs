use bartizan_core::Authentication;

use super::RawClaims;
use super::date::Date;
use crate::TokenError;

/// Reads `auth_time`, `acr` and `amr` ([OpenID Connect Core, section 2]).
///
/// One of another type makes the token bad, as with the claims of RFC 7519: a policy
/// that read "none" there would have judged by what the issuer did not say.
///
/// [OpenID Connect Core, section 2]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
pub(super) fn of(claims: &RawClaims<'_>) -> Result<Option<Authentication>, TokenError> {
    let time = read::<Date>(claims, "auth_time")?;
    let class = read::<String>(claims, "acr")?;
    let methods = read::<Vec<String>>(claims, "amr")?;
    if time.is_none() && class.is_none() && methods.is_none() {
        return Ok(None);
    }
    let mut login = Authentication::new();
    if let Some(time) = time {
        login = login.at(time.time().ok_or(TokenError::Claims)?);
    }
    if let Some(class) = class {
        login = login.in_context_class(class);
    }
    let methods = methods.into_iter().flatten();
    Ok(Some(methods.fold(login, Authentication::method)))
}

fn read<'a, T: serde::Deserialize<'a>>(
    claims: &RawClaims<'a>,
    name: &str,
) -> Result<Option<T>, TokenError> {
    let Some(value) = claims.other(name) else {
        return Ok(None);
    };
    let value = serde_json::from_str(value.get()).map_err(|_| TokenError::Claims)?;
    Ok(Some(value))
}
