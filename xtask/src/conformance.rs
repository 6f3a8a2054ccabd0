//! Which tests prove which demand of a standard.
//!
//! A test that proves a demand is named after its id: `jwt_7_refuses_..`,
//! `rfc9110_1_every_..`, `asvs_6_2_1_..`, `api5_every_..`; one that proves several,
//! after each: `api1_and_asvs_8_2_2_..`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::failure::{Context, Failure};
use crate::shell::Shell;

/// What an id begins with, besides the number of an RFC and the `api` of OWASP's ten
/// risks. `ck` are cookies, `dig` digests, `rl` rate limits, `sig` signatures; a `cve`
/// is a hole that was published, of which the demand is not to have it.
const STANDARDS: [&str; 10] = [
    "asvs", "ck", "cors", "csrf", "cve", "dig", "dpop", "jwt", "rl", "sig",
];

/// OWASP API Security Top 10, whose numbers follow at once: `api5`.
const RISKS: &str = "api";

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
    let _infallible = writeln!(table, "{} demands have tests", tests.len());
    Ok(table)
}

/// The id of a demand, ordered by its numbers.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Id {
    standard: String,
    numbers: Vec<u32>,
    label: String,
}

impl Id {
    fn new(standard: &str, numbers: Vec<u32>) -> Self {
        let texts: Vec<String> = numbers.iter().map(u32::to_string).collect();
        let joined = texts.join(if standard == "cve" { "-" } else { "." });
        Self {
            standard: standard.to_owned(),
            numbers,
            label: format!("{}-{joined}", standard.to_uppercase()),
        }
    }
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
                for id in ids(name) {
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

/// Reads the ids that a test's name begins with: a standard, then numbers, and
/// further ones after `and`, of that standard or of another that is named.
fn ids(name: &str) -> Vec<Id> {
    let mut ids = Vec::new();
    let mut standard = None;
    for group in name.split("_and_") {
        let (of, rest) = match (split(group), standard) {
            (Some(parts), _) => parts,
            (None, Some(of)) => (of, group),
            (None, None) => break,
        };
        standard = Some(of);
        // `asvs_6_2_1`, but `rfc9110_1`: a number after that belongs to the sentence.
        let depth = match of {
            "asvs" => 3,
            "cve" => 2,
            _ => 1,
        };
        let Some(numbers) = numbers(rest, depth) else {
            break;
        };
        ids.push(Id::new(of, numbers));
        if rest.split('_').count() > depth {
            break;
        }
    }
    ids
}

/// Splits the standard from what follows, if there is one: `jwt_7`, but `api7`.
fn split(group: &str) -> Option<(&str, &str)> {
    if let Some(rest) = group.strip_prefix(RISKS)
        && rest.starts_with(|first: char| first.is_ascii_digit())
    {
        return Some((RISKS, rest));
    }
    let parts = group.split_once('_')?;
    is_standard(parts.0).then_some(parts)
}

fn numbers(group: &str, depth: usize) -> Option<Vec<u32>> {
    let words = group.split('_').take(depth);
    let numbers: Vec<u32> = words.map_while(|word| word.parse().ok()).collect();
    (numbers.len() == depth).then_some(numbers)
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
    fn reads_the_ids_of_a_test() {
        let table: [(&str, &[&str]); 16] = [
            ("jwt_7_refuses_unknown_crit", &["JWT-7"]),
            ("jwt_1_and_4_refuses_none", &["JWT-1", "JWT-4"]),
            ("jwt_10_skew_and_30_seconds", &["JWT-10"]),
            ("rfc9110_1_401_has_a_challenge", &["RFC9110-1"]),
            (
                "asvs_6_2_1_and_6_2_9_bound_the_length",
                &["ASVS-6.2.1", "ASVS-6.2.9"],
            ),
            ("api5_every_method_has_a_rule", &["API-5"]),
            (
                "api1_and_asvs_8_2_2_an_object_is_for_its_owner",
                &["API-1", "ASVS-8.2.2"],
            ),
            (
                "asvs_8_3_3_and_rfc6749_3_3_scopes_are_cut_down",
                &["ASVS-8.3.3", "RFC6749-3"],
            ),
            (
                "rl_5_and_6_and_9_a_refusal_says_when",
                &["RL-5", "RL-6", "RL-9"],
            ),
            ("cve_2019_9901_no_spelling_is_public", &["CVE-2019-9901"]),
            ("api_keys_and_jwt_7", &[]),
            ("api5x_and_7", &[]),
            ("asvs_6_2_takes_passwords", &[]),
            ("rfc_7_nothing", &[]),
            ("jwt_is_signed", &[]),
            ("refuses_7_things", &[]),
        ];

        for (name, expected) in table {
            let found: Vec<String> = ids(name).into_iter().map(|id| id.label).collect();
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn demands_are_ordered_by_number() {
        assert!(ids("jwt_9_a") < ids("jwt_10_a"));
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
