use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use super::{Fault, InvalidQuota, Quota, grammar};

/// Quotas that are decided together: one to [`MAX`](Self::MAX) of them.
///
/// ```
/// use bartizan_rate_limit::{Quota, Quotas};
///
/// let quotas: Quotas = "10 per 2 seconds; 1000/day".parse()?;
/// assert_eq!(quotas.len(), 2);
/// assert_eq!(quotas[1], Quota::per_day(1000));
///
/// let error = "10 per 2 fortnights".parse::<Quotas>().unwrap_err();
/// assert_eq!(error.position(), Some(9));
/// # Ok::<_, bartizan_rate_limit::InvalidQuota>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Quotas(Vec<Quota>);

impl Quotas {
    /// How many quotas can be decided together.
    pub const MAX: usize = 8;

    /// Collects the quotas.
    ///
    /// # Errors
    ///
    /// When there is none, or more than [`MAX`](Self::MAX).
    pub fn new(quotas: impl IntoIterator<Item = Quota>) -> Result<Self, InvalidQuota> {
        let quotas: Vec<_> = quotas.into_iter().take(Self::MAX + 1).collect();
        match quotas.len() {
            0 => Err(InvalidQuota::new(Fault::NoQuota)),
            count if count > Self::MAX => Err(InvalidQuota::new(Fault::TooMany)),
            _ => Ok(Self(quotas)),
        }
    }
}

impl Deref for Quotas {
    type Target = [Quota];

    fn deref(&self) -> &[Quota] {
        &self.0
    }
}

impl From<Quota> for Quotas {
    fn from(quota: Quota) -> Self {
        Self(vec![quota])
    }
}

impl FromStr for Quotas {
    type Err = InvalidQuota;

    /// Reads quotas that are joined by `;`, `,` or `|`.
    fn from_str(text: &str) -> Result<Self, InvalidQuota> {
        grammar::quotas(text).map(Self)
    }
}

impl fmt::Display for Quotas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, quota) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("; ")?;
            }
            quota.fmt(f)?;
        }
        Ok(())
    }
}

impl<'a> IntoIterator for &'a Quotas {
    type Item = &'a Quota;
    type IntoIter = std::slice::Iter<'a, Quota>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
