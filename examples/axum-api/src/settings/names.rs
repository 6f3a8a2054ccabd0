use std::env;

use bartizan::secret::SecretString;
use bartizan_secret::settings::{Loader, ProblemKind};

use super::{Development, PREFIX};

/// Returns the names in the environment that begin as settings do and are none.
///
/// A misspelt `PROFILE` would otherwise start the profile that is no production.
pub(super) fn unknown() -> Vec<String> {
    let mut unknown = Vec::new();
    // A loader leaves what it does not know in an environment to others, and refuses
    // it where it can be meant for nobody else.
    let mut loader = Loader::new().prefix(PREFIX);
    for (name, value) in env::vars_os() {
        let name = name.to_string_lossy().to_ascii_uppercase();
        match name.strip_prefix(PREFIX) {
            None => {}
            // A dot parts groups for code alone.
            Some(key) if key.is_empty() || key.contains('.') => unknown.push(name),
            Some(key) => {
                let value = SecretString::from(value.to_string_lossy().into_owned());
                loader = loader.set(key, value);
            }
        }
    }
    if let Err(error) = loader.load::<Development>() {
        let problems = error.problems().iter();
        let of_names = problems.filter(|problem| *problem.kind() == ProblemKind::Unknown);
        unknown.extend(of_names.map(|problem| problem.name().to_owned()));
    }
    unknown
}
