use std::error::Error;
use std::fmt;

/// Why settings make no guard: everything that is wrong with them, each with the name
/// of the setting.
///
/// # Example
///
/// ```
/// use bartizan_core::InvalidSettings;
///
/// let mut problems = InvalidSettings::new();
/// problems.add("issuer", "it is empty");
/// problems.add("leeway_seconds", "it is over 300");
///
/// assert_eq!(
///     problems.into_result(()).unwrap_err().to_string(),
///     "2 problems in the settings\n  issuer: it is empty\n  leeway_seconds: it is over 300",
/// );
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[must_use]
pub struct InvalidSettings(Vec<(String, String)>);

impl InvalidSettings {
    /// Starts without a problem.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what is wrong with the setting called `name`. It must not repeat a value
    /// that may be secret.
    pub fn add(&mut self, name: impl Into<String>, problem: impl fmt::Display) {
        self.0.push((name.into(), problem.to_string()));
    }

    /// Adds the problems of a group of settings called `group`.
    pub fn add_group(&mut self, group: &str, problems: &Self) {
        for (name, problem) in &problems.0 {
            self.0.push((format!("{group}.{name}"), problem.clone()));
        }
    }

    /// Keeps what `result` holds, or adds its error to the setting called `name`.
    pub fn note<T, E: fmt::Display>(&mut self, name: &str, result: Result<T, E>) -> Option<T> {
        result.map_err(|problem| self.add(name, problem)).ok()
    }

    /// Returns the problems, each with the name of its setting, in the order in which
    /// they were found.
    #[must_use]
    pub fn problems(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        let problems = self.0.iter();
        problems.map(|(name, problem)| (name.as_str(), problem.as_str()))
    }

    /// Returns whether there is no problem.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns `value` when there is no problem.
    ///
    /// # Errors
    ///
    /// Returns the problems otherwise.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl Error for InvalidSettings {}

impl fmt::Display for InvalidSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("1 problem in the settings")?,
            count => write!(f, "{count} problems in the settings")?,
        }
        for (name, problem) in &self.0 {
            write!(f, "\n  {name}: {problem}")?;
        }
        Ok(())
    }
}
