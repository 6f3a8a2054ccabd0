use std::fmt;

use crate::KeyFormat;
use crate::base62::CRC_LEN;
use crate::format::SECRET_LEN;
use crate::id::KeyId;

/// What secret scanners need to find leaked keys of one [`KeyFormat`].
///
/// All patterns are of the syntax that Go and Rust share, and match no more than a
/// whole key, whatever is around it: what leaks is often escaped (`key%3D..`, `\n..`)
/// or part of a longer word (`TOKEN_..`). A match is worth checking with [`KeyFormat::check`] before anyone is
/// woken: the checksum tells a key from a text that looks like one.
///
/// ```
/// use bartizan_api_key::KeyFormat;
///
/// let format = KeyFormat::new("acme", "live")?;
///
/// assert_eq!(
///     format.scanner().pattern(),
///     "acme_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{36}",
/// );
/// # Ok::<(), bartizan_api_key::InvalidFormat>(())
/// ```
#[derive(Clone, Copy)]
pub struct Scanner<'a>(&'a KeyFormat);

impl KeyFormat {
    /// Returns what secret scanners need.
    #[must_use]
    pub const fn scanner(&self) -> Scanner<'_> {
        Scanner(self)
    }
}

impl Scanner<'_> {
    /// Returns the regular expression that matches keys.
    #[must_use]
    pub fn pattern(self) -> String {
        let lead = self.0.lead();
        let (id, rest) = (KeyId::LEN, SECRET_LEN + CRC_LEN);
        format!("{lead}[0-9A-Za-z]{{{id}}}_[0-9A-Za-z]{{{rest}}}")
    }

    /// Returns a rule for the `.gitleaks.toml` of a repository ([gitleaks]).
    ///
    /// [gitleaks]: https://github.com/gitleaks/gitleaks
    #[must_use]
    pub fn gitleaks_rule(self) -> String {
        let (lead, name, pattern) = (self.0.lead(), self.name(), self.pattern());
        format!(
            "[[rules]]\n\
             id = \"{name}\"\n\
             description = \"API key beginning with {lead}, with a CRC-32 at its end\"\n\
             regex = '''{pattern}'''\n\
             keywords = [\"{lead}\"]\n"
        )
    }

    /// Returns a custom detector for the configuration of [TruffleHog].
    ///
    /// What it finds is unverified: it names no endpoint to ask, since a scanner that
    /// sends leaked keys about is one more leak.
    ///
    /// [TruffleHog]: https://github.com/trufflesecurity/trufflehog
    #[must_use]
    pub fn trufflehog_detector(self) -> String {
        let (lead, name, pattern) = (self.0.lead(), self.name(), self.pattern());
        format!(
            "detectors:\n  \
             - name: {name}\n    \
               keywords:\n      \
                 - {lead}\n    \
               regex:\n      \
                 key: '{pattern}'\n"
        )
    }

    fn name(self) -> String {
        format!("{}api-key", self.0.lead().replace('_', "-"))
    }
}

impl fmt::Debug for Scanner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scanner").field(&self.0.lead()).finish()
    }
}
