use bartizan_core::InvalidSettings;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::path::with_brackets;
use super::{Name, Place};

/// Reads settings and builds what they say. All that is wrong with their form is added
/// to `problems`, and all that is wrong with the rest.
pub(crate) fn settle<T: DeserializeOwned, M>(
    value: Value,
    problems: &mut InvalidSettings,
    build: impl FnOnce(T) -> Result<M, InvalidSettings>,
) -> Option<M> {
    let mut reading = Reading::new(value);
    let settings = reading.read::<T>(problems)?;
    match build(settings) {
        Ok(made) => reading.filled.is_empty().then_some(made),
        Err(invalid) => {
            for (name, problem) in invalid.problems() {
                let name = with_brackets(name);
                // What was filled in is wrong in another way, and told already.
                if !reading.filled.iter().any(|(place, _)| place.touches(&name)) {
                    problems.add(name, problem);
                }
            }
            None
        }
    }
}

/// Reads a value of a form that only has to be right in itself.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, InvalidSettings> {
    let mut problems = InvalidSettings::new();
    match settle(value, &mut problems, Ok) {
        Some(read) => problems.into_result(read),
        None => Err(problems),
    }
}

/// Goes on after a mistake, as if something of the right form stood there.
struct Reading {
    value: Value,
    /// Where something was wrong, and how much was tried in its place.
    filled: Vec<(Place, usize)>,
}

/// What is tried in the place of something wrong, after nothing at all.
const FILLINGS: usize = 6;

fn filling(at: usize) -> Option<Value> {
    match at {
        0 => None,
        1 => Some(json!("")),
        2 => Some(json!([])),
        3 => Some(json!({})),
        4 => Some(json!(1)),
        _ => Some(json!(false)),
    }
}

impl Reading {
    fn new(value: Value) -> Self {
        Self {
            value,
            filled: Vec::new(),
        }
    }

    /// Returns the settings, filled where they were wrong; nothing when no filling
    /// fits.
    fn read<T: DeserializeOwned>(&mut self, problems: &mut InvalidSettings) -> Option<T> {
        loop {
            let error = match serde_path_to_error::deserialize::<_, T>(&self.value) {
                Ok(settings) => return Some(settings),
                Err(error) => error,
            };
            let mut place = Place::from(error.path());
            let fault = Fault::of(&error.inner().to_string());
            if let Fault::Missing(name) = &fault {
                place = place.join(Name::Member(name.clone()));
            }
            let known = self.filled.iter().position(|(known, _)| *known == place);
            let at = known.unwrap_or_else(|| {
                problems.add(place.to_string(), fault.text());
                self.filled.push((place.clone(), 0));
                self.filled.len() - 1
            });
            let (place, tried) = self.filled.get_mut(at)?;
            loop {
                if *tried == FILLINGS {
                    return None;
                }
                let new = filling(*tried);
                *tried += 1;
                if place.replace(&mut self.value, new) {
                    break;
                }
            }
        }
    }
}

/// What is wrong with a form, without the value, which may be secret.
enum Fault {
    Form(String),
    Missing(String),
    Unknown(String),
}

impl Fault {
    fn of(message: &str) -> Self {
        if let Some(name) = message.strip_prefix("missing field `") {
            return Self::Missing(name.trim_end_matches('`').to_owned());
        }
        // What is expected comes from a type, and what was found before it.
        let expected = message.rsplit_once(", expected ").map(|(_, rest)| rest);
        let is = |start: &str| message.starts_with(start);
        match expected {
            Some(expected) if is("unknown field") => Self::Unknown(expected.to_owned()),
            None if is("unknown field") => Self::Unknown("none at all".to_owned()),
            Some(expected) => Self::Form(format!("expected {expected}")),
            None if is("a secret must be") => Self::Form(message.to_owned()),
            None => Self::Form("it is not of the right form".to_owned()),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Form(problem) => problem.clone(),
            Self::Missing(_) => "it is missing".to_owned(),
            Self::Unknown(known) => format!("there is no such setting; expected {known}"),
        }
    }
}
