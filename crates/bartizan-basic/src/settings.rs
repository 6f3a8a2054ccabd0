use std::num::NonZeroUsize;

use bartizan_core::{InvalidSettings, PasswordVerifier, Realm};
use serde::Deserialize;

use crate::Basic;

/// Settings of a [`Basic`], as a configuration file or the environment has them.
///
/// # Example
///
/// ```
/// use bartizan_basic::BasicSettings;
/// use bartizan_password::{Argon2Params, Login, MemoryUserStore, PasswordHasher, PasswordHasherPool};
///
/// let settings: BasicSettings =
///     serde_json::from_str(r#"{"realm": "staff only", "max_bytes": 512}"#)?;
/// let pool = PasswordHasherPool::new(PasswordHasher::new(Argon2Params::default()))?;
/// let scheme = settings.build(Login::new(MemoryUserStore::new(), pool))?;
/// # let _ = scheme;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct BasicSettings {
    /// The realm that challenges name: `api` by default.
    pub realm: Option<String>,
    /// How long user name, colon and password may be together, in bytes: 2048 by
    /// default, 65536 at most.
    pub max_bytes: Option<NonZeroUsize>,
}

/// More is read from no request head.
const MAX_BYTES: usize = 65_536;

impl BasicSettings {
    /// Makes the scheme, over `verifier`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSettings`] with everything that is wrong.
    pub fn build<V: PasswordVerifier>(self, verifier: V) -> Result<Basic<V>, InvalidSettings> {
        let mut problems = InvalidSettings::new();
        let mut basic = Basic::new(verifier);
        if let Some(realm) = self.realm.as_deref().map(str::parse::<Realm>)
            && let Some(realm) = problems.note("realm", realm)
        {
            basic = basic.realm(realm);
        }
        if let Some(bytes) = self.max_bytes {
            if bytes.get() > MAX_BYTES {
                problems.add("max_bytes", "it is over 65536");
            }
            basic = basic.max_bytes(bytes.get());
        }
        problems.into_result(basic)
    }
}
