//! Which tests prove which demand of a standard.
//!
//! A test that proves a demand is named after its id: `jwt_7_refuses_..`,
//! `rfc9110_1_every_..`, `asvs_6_2_1_..`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::failure::{Context, Failure};
use crate::shell::Shell;

/// What an id begins with, besides the number of an RFC. `ck` are cookies,
/// `dig` digests, `rl` rate limits, `sig` signatures.
const STANDARDS: [&str; 9] = [
    "asvs", "ck", "cors", "csrf", "dig", "dpop", "jwt", "rl", "sig",
];

/// Lists each id with its tests, from the sources of crates and examples.
///
/// # Errors
///
/// A file cannot be read.
pub(crate) fn table(shell: &Shell) -> Result<String, Failure> {
    let mut tests = BTreeMap::new();
    for folder in ["crates", "examples"] {
        collect(shell.root(), &shell.root().join(folder), &mut tests)?;
    }
    let mut table = String::new();
    for (id, names) in &tests {
        let _infallible = writeln!(table, "{}", id.label);
        for name in names {
            let _infallible = writeln!(table, "    {name}");
        }
    }
    let count: usize = tests.values().map(Vec::len).sum();
    let _infallible = writeln!(table, "{count} tests prove {} demands", tests.len());
    Ok(table)
}

/// The id of a demand, ordered by its numbers.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Id {
    standard: String,
    numbers: Vec<u32>,
    label: String,
}

fn collect(
    root: &Path,
    folder: &Path,
    tests: &mut BTreeMap<Id, Vec<String>>,
) -> Result<(), Failure> {
    for entry in std::fs::read_dir(folder).context(folder.display())? {
        let path = entry.context(folder.display())?.path();
        if path.is_dir() {
            collect(root, &path, tests)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).context(path.display())?;
            let place = path.strip_prefix(root).unwrap_or(&path).display();
            for name in source.lines().filter_map(function) {
                if let Some(id) = id(name) {
                    tests
                        .entry(id)
                        .or_default()
                        .push(format!("{name} ({place})"));
                }
            }
        }
    }
    Ok(())
}

/// Reads the name of the function that a line begins.
fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("async ").unwrap_or(line);
    line.strip_prefix("fn ")?.split(['(', '<']).next()
}

/// Reads the id that a test's name begins with: a standard, then numbers.
fn id(name: &str) -> Option<Id> {
    let mut words = name.split('_');
    let standard = words.next().filter(|word| is_standard(word))?;
    // `asvs_6_2_1`, but `rfc9110_1`: a number after that belongs to the sentence.
    let depth = if standard == "asvs" { 3 } else { 1 };
    let numbers: Vec<u32> = words
        .take(depth)
        .map_while(|word| word.parse().ok())
        .collect();
    if numbers.len() < depth {
        return None;
    }
    let dotted: Vec<String> = numbers.iter().map(u32::to_string).collect();
    let label = format!("{}-{}", standard.to_uppercase(), dotted.join("."));
    Some(Id {
        standard: standard.to_owned(),
        numbers,
        label,
    })
}

fn is_standard(word: &str) -> bool {
    let rfc = word.strip_prefix("rfc");
    let digits = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    rfc.is_some_and(digits) || STANDARDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_id_of_a_test() {
        let table = [
            ("jwt_7_refuses_unknown_crit", Some("JWT-7")),
            ("rfc9110_1_every_401_has_a_challenge", Some("RFC9110-1")),
            (
                "asvs_6_2_1_takes_passwords_of_8_characters",
                Some("ASVS-6.2.1"),
            ),
            ("rfc9110_1_401_has_a_challenge", Some("RFC9110-1")),
            ("asvs_6_2_takes_passwords", None),
            ("rfc_7_nothing", None),
            ("jwt_is_signed", None),
            ("refuses_7_things", None),
        ];

        for (name, expected) in table {
            assert_eq!(id(name).map(|id| id.label).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn demands_are_ordered_by_number() {
        assert!(id("jwt_9_a").unwrap() < id("jwt_10_a").unwrap());
    }

    #[test]
    fn finds_functions_of_either_kind() {
        assert_eq!(function("    fn jwt_7_refuses() {"), Some("jwt_7_refuses"));
        assert_eq!(
            function("async fn jwt_7_refuses() {"),
            Some("jwt_7_refuses")
        );
        assert_eq!(function("    // fn jwt_7_refuses()"), None);
    }
}
