use crate::TokenError;

/// Which `typ` a token may have ([RFC 8725 section 3.11]).
///
/// [RFC 8725 section 3.11]: https://www.rfc-editor.org/rfc/rfc8725#section-3.11
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct TypPolicy {
    accepted: Vec<Box<str>>,
    may_be_absent: bool,
}

impl TypPolicy {
    /// `JWT` or nothing: the tokens of issuers that make no difference.
    pub(super) fn jwt() -> Self {
        Self {
            accepted: vec!["jwt".into()],
            may_be_absent: true,
        }
    }

    /// One of `types`, and never nothing.
    pub(super) fn one_of<'a>(types: impl IntoIterator<Item = &'a str>) -> Self {
        let names = types.into_iter().map(subtype);
        Self {
            accepted: names.map(|name| name.to_ascii_lowercase().into()).collect(),
            may_be_absent: false,
        }
    }

    pub(super) fn check(&self, typ: Option<&str>) -> Result<(), TokenError> {
        let accepted = match typ.map(subtype) {
            Some(typ) => self
                .accepted
                .iter()
                .any(|name| name.eq_ignore_ascii_case(typ)),
            None => self.may_be_absent,
        };
        if accepted {
            Ok(())
        } else {
            Err(TokenError::Type)
        }
    }
}

/// Takes off the `application/` that [RFC 7515 section 4.1.9] lets a sender
/// leave out.
///
/// [RFC 7515 section 4.1.9]: https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9
fn subtype(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => typ,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jwt_17_a_type_is_compared_without_case_and_application() {
        let policy = TypPolicy::one_of(["at+jwt"]);

        for typ in [
            "at+jwt",
            "AT+JWT",
            "application/at+jwt",
            "Application/At+Jwt",
        ] {
            assert_eq!(policy.check(Some(typ)), Ok(()), "{typ}");
        }
        for typ in [
            "jwt",
            "JWT",
            "",
            "at",
            "xat+jwt",
            "text/at+jwt",
            "application/x/at+jwt",
        ] {
            assert_eq!(policy.check(Some(typ)), Err(TokenError::Type), "{typ}");
        }
        assert_eq!(policy.check(None), Err(TokenError::Type));
    }

    #[test]
    fn jwt_17_other_kinds_of_token_are_not_taken_for_a_plain_one() {
        let policy = TypPolicy::jwt();

        assert_eq!(policy.check(None), Ok(()));
        assert_eq!(policy.check(Some("JWT")), Ok(()));
        assert_eq!(policy.check(Some("application/jwt")), Ok(()));
        for typ in [
            "at+jwt",
            "dpop+jwt",
            "logout+jwt",
            "secevent+jwt",
            "JOSE",
            "",
        ] {
            assert_eq!(policy.check(Some(typ)), Err(TokenError::Type), "{typ}");
        }
    }
}
