//! The catalogue has every slug that a crate of the workspace rejects with.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]
#![expect(
    clippy::print_stdout,
    reason = "a test that leaves itself out has to say so"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use bartizan_problem::ProblemType;

/// What is called with a slug, or with a status and a slug.
const MAKERS: [(&str, usize); 6] = [
    ("Rejection::bad_request(", 0),
    ("Rejection::forbidden(", 0),
    ("Rejection::new(", 1),
    ("Rejection::unauthorized(", 0),
    ("Rejection::unavailable(", 0),
    (".with_slug(", 0),
];

/// Texts that look like slugs, in files that choose among slugs.
const NOT_SLUGS: [&str; 1] = ["legacy-password-grant"];

#[test]
fn every_slug_of_the_workspace_is_in_the_catalogue_and_no_other() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if !crates.join("bartizan-core/src").is_dir() {
        println!("left out: the other crates of the workspace are not here");
        return;
    }
    let mut codes = Vec::new();
    for package in fs::read_dir(crates).unwrap() {
        let package = package.unwrap();
        let source = package.path().join("src");
        if source.is_dir() && package.file_name() != "bartizan-testkit" {
            read(&source, &mut codes);
        }
    }
    let consts: BTreeMap<_, _> = codes.iter().flat_map(|code| consts(code)).collect();
    let mut found = BTreeSet::new();
    for code in &codes {
        found.extend(slugs(code, &consts));
    }

    let known = ProblemType::all().iter().map(|kind| kind.slug.to_owned());
    let known: BTreeSet<_> = known.collect();
    let missing: Vec<_> = found.difference(&known).collect();
    assert!(missing.is_empty(), "not in the catalogue: {missing:?}");
    // The search sees all that there is: what it did not could be missing one day.
    let unused: Vec<_> = known.difference(&found).collect();
    assert!(unused.is_empty(), "in the catalogue alone: {unused:?}");
}

fn read(folder: &Path, codes: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_test {
            read(&path, codes);
        } else if path.extension().is_some_and(|end| end == "rs") && !is_test {
            codes.push(code(&fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The code, without its comments and its own tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines();
    let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Texts by the names of their constants.
fn consts(code: &str) -> Vec<(&str, &str)> {
    let parts = code.split("const ").skip(1);
    let parts = parts.filter_map(|part| part.split_once(": &str = \""));
    let parts = parts.filter_map(|(name, rest)| Some((name, rest.split('"').next()?)));
    parts.collect()
}

/// Finds slugs: the texts and constants that makers are called with. When one is called
/// with anything else, any text of the file may be a slug.
fn slugs(code: &str, consts: &BTreeMap<&str, &str>) -> BTreeSet<String> {
    let mut slugs = BTreeSet::new();
    for (maker, at) in MAKERS {
        for arguments in code.split(maker).skip(1) {
            let argument = arguments.split(',').nth(at).unwrap_or_default().trim();
            let is_const = |c: char| c.is_ascii_uppercase() || c == '_';
            let name = argument.rsplit("::").next().unwrap_or_default();
            if let Some(text) = argument.strip_prefix('"') {
                slugs.extend(text.split('"').next().map(str::to_owned));
            } else if !name.is_empty() && name.chars().all(is_const) {
                // One that is not found is no slug that the catalogue has.
                let unknown = || format!("unknown-{}", name.to_lowercase().replace('_', "-"));
                let text = consts.get(name);
                slugs.insert(text.map_or_else(unknown, |text| (*text).to_owned()));
            } else {
                let texts = code
                    .split('"')
                    .skip(1)
                    .step_by(2)
                    .filter(|text| is_slug(text));
                slugs.extend(texts.map(str::to_owned));
            }
        }
    }
    // The codes of OAuth have underscores; its endpoint writes them itself.
    slugs.retain(|slug| is_written_as_slug(slug));
    slugs
}

fn is_written_as_slug(text: &str) -> bool {
    let is_fit = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_fit)
}

/// Returns whether a text is a slug wherever it stands.
fn is_slug(text: &str) -> bool {
    text.contains('-') && is_written_as_slug(text) && !NOT_SLUGS.contains(&text)
}

#[test]
fn finds_slugs_in_code_alone() {
    let text = "
        // Rejection::forbidden(\"in-comment\", \"x\")
        const SLUG: &str = \"in-const\";
        Rejection::new(
            StatusCode::CONFLICT,
            \"in-new\",
            \"a detail-like text\",
        );
        failure.with_slug(\"in-slug\");
        Rejection::forbidden(crate::SLUG, \"a detail\");
    ";
    let choosing = "
        let (slug, detail) = (\"in-tuple\", \"a detail\");
        Rejection::forbidden(slug, detail)
        #[cfg(test)]
        Rejection::forbidden(\"in-test\", \"x\");
    ";

    let consts = consts(text).into_iter().collect();
    let found = |text| Vec::from_iter(slugs(&code(text), &consts));
    assert_eq!(found(text), ["in-const", "in-new", "in-slug"]);
    assert_eq!(found(choosing), ["in-tuple"]);
}
