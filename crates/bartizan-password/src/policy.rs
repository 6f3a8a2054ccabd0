use std::collections::HashSet;
use std::fmt;

use bartizan_secret::SecretString;

/// What a service asks of new passwords: a length, and not to be a common one.
///
/// There are no rules on kinds of characters and there is no greatest length but
/// [`PasswordHasher::max_bytes`](crate::PasswordHasher::max_bytes), as [ASVS 5.0]
/// 6.2 wants it. Passwords are compared with the list without regard to letter
/// case. A service adds the words of its own context, such as its name, and checks
/// against a service of breached passwords where it can (ASVS 6.2.12).
///
/// ```
/// use bartizan_password::{PasswordPolicy, PolicyError};
///
/// let policy = PasswordPolicy::default().min_chars(12).deny(["Password1234"]);
///
/// assert_eq!(policy.check(&"correct horse".into()), Ok(()));
/// assert_eq!(policy.check(&"password1234".into()), Err(PolicyError::Common));
/// assert_eq!(
///     policy.check(&"horse".into()),
///     Err(PolicyError::TooShort { min_chars: 12 }),
/// );
/// ```
///
/// [ASVS 5.0]: https://github.com/OWASP/ASVS/tree/v5.0.0
#[derive(Clone)]
#[must_use]
pub struct PasswordPolicy {
    min_chars: usize,
    denied: HashSet<String>,
}

impl PasswordPolicy {
    /// Least value of [`min_chars`](Self::min_chars) (ASVS 6.2.1).
    pub const LEAST_MIN_CHARS: usize = 8;

    /// Sets the least length in characters. Default: 8; OWASP recommends 15 where
    /// the password is the only factor.
    ///
    /// Raised to [`LEAST_MIN_CHARS`](Self::LEAST_MIN_CHARS) if below.
    pub fn min_chars(mut self, chars: usize) -> Self {
        self.min_chars = chars.max(Self::LEAST_MIN_CHARS);
        self
    }

    /// Adds passwords that are denied, in any letter case.
    ///
    /// ASVS 6.2.4 asks for the 3000 most common ones of the allowed length.
    pub fn deny<'a>(mut self, passwords: impl IntoIterator<Item = &'a str>) -> Self {
        let passwords = passwords.into_iter().map(str::to_lowercase);
        self.denied.extend(passwords);
        self
    }

    /// Checks a new password.
    ///
    /// # Errors
    ///
    /// [`PolicyError`] says what is wrong with it.
    pub fn check(&self, password: &SecretString) -> Result<(), PolicyError> {
        let password = password.expose_secret();
        if password.chars().take(self.min_chars).count() < self.min_chars {
            return Err(PolicyError::TooShort {
                min_chars: self.min_chars,
            });
        }
        let lower = zeroize::Zeroizing::new(password.to_lowercase());
        if self.denied.contains(lower.as_str()) {
            return Err(PolicyError::Common);
        }
        Ok(())
    }
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            min_chars: Self::LEAST_MIN_CHARS,
            denied: HashSet::new(),
        }
    }
}

impl fmt::Debug for PasswordPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordPolicy")
            .field("min_chars", &self.min_chars)
            .finish_non_exhaustive()
    }
}

/// Why a [`PasswordPolicy`] refuses a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// The password is on the list of those that are denied.
    Common,
    /// The password is too short.
    TooShort {
        /// Least length in characters.
        min_chars: usize,
    },
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Common => f.write_str("password is a common one"),
            Self::TooShort { min_chars } => {
                write!(f, "password is shorter than {min_chars} characters")
            }
        }
    }
}

impl std::error::Error for PolicyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asvs_6_2_1_counts_characters_and_never_fewer_than_eight() {
        let policy = PasswordPolicy::default().min_chars(3);
        for (password, is_long) in [
            ("", false),
            ("1234567", false),
            ("12345678", true),
            (
                "\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}",
                false,
            ),
            ("\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}", true),
            ("        ", true),
        ] {
            assert_eq!(
                policy.check(&password.into()).is_ok(),
                is_long,
                "{password:?}"
            );
        }
    }

    #[test]
    fn asvs_6_2_4_denies_common_passwords_in_any_letter_case() {
        let policy = PasswordPolicy::default().deny(["Password1", "PASSW\u{d6}RD"]);
        for (password, verdict) in [
            ("password1", Err(PolicyError::Common)),
            ("PASSWORD1", Err(PolicyError::Common)),
            ("passw\u{f6}rd", Err(PolicyError::Common)),
            ("password12", Ok(())),
        ] {
            assert_eq!(policy.check(&password.into()), verdict, "{password}");
        }
    }

    #[test]
    fn asvs_6_2_5_asks_for_no_kinds_of_characters() {
        let policy = PasswordPolicy::default();
        for password in [
            "aaaaaaaa",
            "AAAAAAAA",
            "00000000",
            "--------",
            &"a".repeat(64),
        ] {
            assert_eq!(policy.check(&password.into()), Ok(()));
        }
    }
}
