use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde::de::DeserializeOwned;

use crate::SecretString;
use crate::serde::reading;
use crate::settings::echo::repeats;
use crate::settings::fault::Fault;
use crate::settings::node::Node;
use crate::settings::sources::{NESTING, Sources, Value, join, without_file_suffix};
use crate::settings::{Origin, Problem, ProblemKind};

/// More passes than any settings need; a guard against a type whose answers
/// change from pass to pass.
const MAX_PASSES: usize = 100_000;

/// Stand-ins for flawed values, so that what comes after them is looked at too.
/// One of them suits most types that are read from text.
const STAND_INS: [&str; 20] = [
    "",
    "1",
    "true",
    "a",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.0/8",
    "http://a.example/",
    "a@a.example",
    "a.example",
    "/",
    "1s",
    "1,1",
    "1,1,1",
    "2000-01-01",
    "2000-01-01T00:00:00Z",
    "00:00:00",
    "00000000-0000-4000-8000-000000000000",
    "info",
    "1.0.0",
];

/// What the passes so far have found out about a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its problem is recorded, and so many stand-ins were refused.
    Flawed(usize),
    /// Nothing can stand in for it: it is left out.
    Stuck,
    /// It has no value and no default.
    Wanted,
}

/// The passes over a type that find everything wrong with its settings.
///
/// A pass ends at the first problem, as deserializing does. It is recorded, and
/// in the next pass a stand-in takes its place, so that this pass gets further.
pub(crate) struct Run {
    sources: Sources,
    states: RefCell<BTreeMap<String, State>>,
    values: RefCell<BTreeMap<String, Option<Value>>>,
    claimed: RefCell<BTreeSet<String>>,
    fields: RefCell<BTreeMap<String, &'static [&'static str]>>,
    problems: RefCell<Vec<Problem>>,
}

impl Run {
    pub(crate) fn new(mut sources: Sources) -> Self {
        let problems = std::mem::take(&mut sources.problems).into();
        Self {
            sources,
            states: RefCell::default(),
            values: RefCell::default(),
            claimed: RefCell::default(),
            fields: RefCell::default(),
            problems,
        }
    }

    pub(crate) fn load<T: DeserializeOwned>(self) -> Result<T, Vec<Problem>> {
        let mut made = None;
        for _ in 0..MAX_PASSES {
            match self.examine("", T::deserialize(Node::new(&self, String::new()))) {
                Ok(value) => {
                    made = Some(value);
                    break;
                }
                Err(_) if self.state("").is_some() => break,
                Err(_) => {}
            }
        }
        self.look_for_unknown();
        let mut problems = self.problems.into_inner();
        match made {
            Some(value) if problems.is_empty() => Ok(value),
            _ if problems.is_empty() => {
                let kind = ProblemKind::Invalid { reason: None };
                problems.push(Problem::new(String::new(), None, kind));
                Err(problems)
            }
            _ => Err(problems),
        }
    }

    pub(crate) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Notes that the type has a setting with this key.
    pub(crate) fn claim(&self, key: String) {
        self.claimed.borrow_mut().insert(key);
    }

    /// Notes the fields of a group, and returns the keys of those to read now.
    pub(crate) fn claim_fields(
        &self,
        group: &str,
        fields: &'static [&'static str],
    ) -> Vec<(&'static str, String)> {
        let keys = || fields.iter().map(|field| (*field, join(group, field)));
        self.claimed.borrow_mut().extend(keys().map(|(_, key)| key));
        self.fields.borrow_mut().insert(group.to_owned(), fields);
        keys().filter(|(_, key)| self.is_to_be_read(key)).collect()
    }

    pub(crate) fn is_to_be_read(&self, key: &str) -> bool {
        match self.state(key) {
            Some(State::Stuck) => false,
            Some(State::Flawed(_) | State::Wanted) => true,
            None => self.has_value(key) || !self.children(key).is_empty(),
        }
    }

    /// The names directly in a group, the wanted ones among them.
    pub(crate) fn children(&self, group: &str) -> BTreeSet<String> {
        let mut children = self.sources.children(group);
        let states = self.states.borrow();
        let wanted = under(&states, group).filter(|(_, state)| **state == State::Wanted);
        let names = wanted.filter_map(|(key, _)| {
            let rest = key.strip_prefix(group)?;
            let rest = rest.strip_prefix(NESTING).unwrap_or(rest);
            (!rest.contains(NESTING)).then(|| rest.to_owned())
        });
        children.extend(names);
        children
    }

    pub(crate) fn is_flawed(&self, key: &str) -> bool {
        matches!(self.state(key), Some(State::Flawed(_)))
    }

    /// The text for a simple type: the value of the key, or a stand-in for it.
    pub(crate) fn text(&self, key: &str) -> Result<SecretString, Fault> {
        if let Some(State::Flawed(refused)) = self.state(key) {
            return STAND_INS
                .get(refused)
                .map(|text| (*text).into())
                .ok_or(Fault::NoStandIn);
        }
        self.value(key)?
            .map(|value| value.text)
            .ok_or(Fault::NoValue)
    }

    /// The name in this list that stands in for a flawed one.
    pub(crate) fn stand_in_of(
        &self,
        key: &str,
        names: &'static [&'static str],
    ) -> Option<Result<&'static str, Fault>> {
        match self.state(key)? {
            State::Flawed(refused) => Some(names.get(refused).copied().ok_or(Fault::NoStandIn)),
            State::Stuck | State::Wanted => None,
        }
    }

    /// Records what went wrong with this key, unless it has been recorded deeper.
    pub(crate) fn examine<T>(&self, key: &str, made: Result<T, Fault>) -> Result<T, Fault> {
        made.map_err(|fault| {
            self.judge(key, fault);
            Fault::Recorded
        })
    }

    fn judge(&self, key: &str, fault: Fault) {
        match (fault, self.state(key)) {
            (Fault::Recorded, _) => {}
            (Fault::NoStandIn, _) => self.set(key, State::Stuck),
            (_, Some(State::Flawed(refused))) => self.set(key, State::Flawed(refused + 1)),
            (Fault::MissingField(field), _) => self.want(key, field),
            // What is refused may well be the stand-ins.
            (_, _) if self.has_flaws(key) => self.set(key, State::Stuck),
            (fault, _) => {
                self.record(key, self.kind(key, fault));
                self.set(key, State::Flawed(0));
            }
        }
    }

    fn want(&self, group: &str, field: &'static str) {
        let key = join(group, field);
        if self.state(&key).is_none() {
            return self.set(&key, State::Wanted);
        }
        let fields = self.fields.borrow();
        let later = fields
            .get(group)
            .into_iter()
            .flat_map(|fields| fields.iter());
        let mut later = later.skip_while(|name| **name != field).skip(1);
        if later.any(|name| !self.is_to_be_read(&join(group, name))) {
            self.record(&key, ProblemKind::Unchecked);
        }
        self.set(group, State::Stuck);
    }

    fn kind(&self, key: &str, fault: Fault) -> ProblemKind {
        match fault {
            Fault::NoValue if self.children(key).is_empty() => ProblemKind::Missing,
            Fault::NoValue => ProblemKind::WrongType {
                expected: "a value, not a group".into(),
            },
            Fault::Duplicate => ProblemKind::Duplicate,
            Fault::WrongType(expected) => ProblemKind::WrongType { expected },
            Fault::Refused(reason) => {
                let values = self.values.borrow();
                let own = values.get(key).into_iter();
                let inner = under(&values, key).map(|(_, value)| value);
                let mut texts = own
                    .chain(inner)
                    .flatten()
                    .map(|value| value.text.expose_secret());
                let reason = (!texts.any(|text| repeats(&reason, text))).then_some(reason);
                ProblemKind::Invalid { reason }
            }
            Fault::MissingField(_) | Fault::NoStandIn | Fault::Recorded => {
                ProblemKind::Invalid { reason: None }
            }
        }
    }

    fn record(&self, key: &str, kind: ProblemKind) {
        let values = self.values.borrow();
        let origin = values
            .get(key)
            .and_then(Option::as_ref)
            .map(|value| value.origin.clone());
        let name = if key.is_empty() {
            String::new()
        } else {
            self.sources.name(key)
        };
        self.problems
            .borrow_mut()
            .push(Problem::new(name, origin, kind));
    }

    fn has_value(&self, key: &str) -> bool {
        self.sources.is_text(key) || self.file_of(key).is_some()
    }

    /// A file has the value unless a setting is itself called `NAME_FILE`.
    fn file_of(&self, key: &str) -> Option<(std::path::PathBuf, Option<&Origin>)> {
        if self.claimed.borrow().contains(&format!("{key}_file")) {
            return self.sources.directory_file(key);
        }
        let below = || match self.sources.toml_text(key) {
            Some(_) => None,
            None => self.sources.toml_file(key),
        };
        self.sources.file(key).or_else(below)
    }

    fn value(&self, key: &str) -> Result<Option<Value>, Fault> {
        if let Some(value) = self.values.borrow().get(key) {
            return self.unexposed(key, value.clone());
        }
        let found = match (self.sources.plain(key), self.file_of(key)) {
            (Some(value), _) => Some(value.clone()),
            (None, Some(file)) => match self.sources.read_file(file) {
                Ok(value) => Some(value),
                Err((origin, kind)) => return Err(self.refuse(key, origin, kind)),
            },
            (None, None) => self.sources.toml_text(key).cloned(),
        };
        self.values
            .borrow_mut()
            .insert(key.to_owned(), found.clone());
        self.unexposed(key, found)
    }

    /// Refuses a secret from a file that others may read.
    fn unexposed(&self, key: &str, value: Option<Value>) -> Result<Option<Value>, Fault> {
        match value {
            Some(Value {
                origin,
                exposed: Some(mode),
                ..
            }) if reading::is_secret() => {
                Err(self.refuse(key, origin, ProblemKind::Exposed { mode }))
            }
            value => Ok(value),
        }
    }

    fn refuse(&self, key: &str, origin: Origin, kind: ProblemKind) -> Fault {
        let problem = Problem::new(self.sources.name(key), Some(origin), kind);
        self.problems.borrow_mut().push(problem);
        self.set(key, State::Flawed(0));
        Fault::Recorded
    }

    fn look_for_unknown(&self) {
        let sources = &self.sources;
        let toml = sources.toml.iter();
        let toml = toml.filter(|(key, _)| !sources.is_overridden(key));
        let told = sources.code.iter().chain(&sources.dotenv).chain(toml);
        for (key, value) in told {
            self.check_known(key, || value.origin.clone());
        }
        if sources.owns_prefix {
            for (key, value) in &sources.environment {
                self.check_known(key, || value.origin.clone());
            }
            for (key, path) in &sources.files {
                self.check_known(key, || Origin::File(path.clone()));
            }
        }
    }

    fn check_known(&self, key: &str, origin: impl Fn() -> Origin) {
        let claimed = self.claimed.borrow();
        let is_file = without_file_suffix(key).is_some_and(|key| claimed.contains(key));
        if claimed.contains(key) || is_file || self.is_in_unread_group(key) {
            return;
        }
        let problem = Problem::new(self.sources.name(key), Some(origin()), ProblemKind::Unknown);
        self.problems.borrow_mut().push(problem);
    }

    fn is_in_unread_group(&self, key: &str) -> bool {
        let states = self.states.borrow();
        let group_ends = key.match_indices(NESTING).map(|(at, _)| at);
        let mut groups = group_ends.filter_map(|at| key.get(..at)).chain([""]);
        groups.any(|group| {
            states
                .get(group)
                .is_some_and(|state| *state != State::Wanted)
        })
    }

    fn has_flaws(&self, group: &str) -> bool {
        under(&self.states.borrow(), group).any(|(_, state)| *state != State::Wanted)
    }

    fn state(&self, key: &str) -> Option<State> {
        self.states.borrow().get(key).copied()
    }

    fn set(&self, key: &str, state: State) {
        self.states.borrow_mut().insert(key.to_owned(), state);
    }
}

/// What is known of the keys in a group, at any depth.
fn under<'a, T>(
    map: &'a BTreeMap<String, T>,
    group: &'a str,
) -> impl Iterator<Item = (&'a String, &'a T)> {
    let start = if group.is_empty() {
        String::new()
    } else {
        format!("{group}{NESTING}")
    };
    let from = (Bound::Excluded(start.clone()), Bound::Unbounded);
    map.range::<String, _>(from)
        .take_while(move |(key, _)| key.starts_with(&start))
}
