//! The catalogue has every slug that a crate of the workspace rejects with.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]
#![expect(
    clippy::print_stdout,
    reason = "a test that leaves itself out has to say so"
)]

use std::fs;
use std::path::{Path, PathBuf};

use bartizan_problem::ProblemType;

/// What a slug follows, as the first text among the arguments.
const MAKERS: [&str; 7] = [
    "Rejection::bad_request(",
    "Rejection::forbidden(",
    "Rejection::new(",
    "Rejection::unauthorized(",
    "Rejection::unavailable(",
    "let slug = ",
    ".with_slug(",
];

#[test]
fn every_slug_of_the_workspace_is_in_the_catalogue() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if !crates.join("bartizan-core/src").is_dir() {
        println!("left out: the other crates of the workspace are not here");
        return;
    }
    let mut found = Vec::new();
    for package in fs::read_dir(crates).unwrap() {
        let source = package.unwrap().path().join("src");
        if source.is_dir()
            && !source
                .components()
                .any(|part| part.as_os_str() == "bartizan-testkit")
        {
            read(&source, &mut found);
        }
    }

    let is_known = |slug: &str| ProblemType::find(slug).is_some();
    let missing: Vec<_> = found.iter().filter(|(slug, _)| !is_known(slug)).collect();
    assert!(missing.is_empty(), "not in the catalogue: {missing:?}");
    // The search finds what is there.
    for slug in [
        "authentication-required",
        "invalid-token",
        "malformed-credentials",
    ] {
        assert!(found.iter().any(|(found, _)| found == slug), "{slug}");
    }
}

fn read(folder: &Path, found: &mut Vec<(String, PathBuf)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_test {
            read(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && !is_test {
            let text = fs::read_to_string(&path).unwrap();
            let slugs = slugs(&text).into_iter();
            found.extend(slugs.map(|slug| (slug, path.clone())));
        }
    }
}

/// Finds slugs in the code, without its comments and its own tests.
fn slugs(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    let mut slugs = Vec::new();
    for maker in MAKERS {
        for arguments in code.split(maker).skip(1) {
            let arguments = arguments.split(';').next().unwrap_or_default();
            let mut texts = arguments.split('"').skip(1).step_by(2);
            // The codes of OAuth have underscores; its endpoint writes them itself.
            let is_slug = |text: &str| {
                text.contains('-') && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            };
            if let Some(slug) = texts.next().filter(|text| is_slug(text)) {
                slugs.push(slug.to_owned());
            }
        }
    }
    slugs
}

#[test]
fn finds_slugs_in_code_alone() {
    let code = "
        // Rejection::forbidden(\"in-comment\", \"x\")
        Rejection::new(
            StatusCode::CONFLICT,
            \"in-new\",
            \"a detail-like text\",
        );
        failure.with_slug(\"in-slug\");
        Rejection::forbidden(slug, \"a detail\");
        #[cfg(test)]
        Rejection::forbidden(\"in-test\", \"x\");
    ";

    assert_eq!(slugs(code), ["in-new", "in-slug"]);
}
