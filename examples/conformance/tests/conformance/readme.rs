//! What the README says is so.

use serde_json::{Map, Value};

use crate::server::{SAMPLE, ask, check};

const README: &str = include_str!("../../README.md");

/// Returns the blocks that are marked as `kind`.
fn blocks(kind: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = README.lines();
    while let Some(line) = lines.next() {
        if line.strip_prefix("```") == Some(kind) {
            let block = lines.by_ref().take_while(|line| *line != "```");
            blocks.push(block.collect::<Vec<_>>().join("\n"));
        }
    }
    blocks
}

#[test]
fn every_configuration_can_be_served() {
    let blocks = blocks("json");
    for block in &blocks {
        let output = check(block);
        assert!(output.status.success(), "{block}\n{output:?}");
    }
    assert!(blocks.len() >= 10, "{} blocks", blocks.len());
}

#[test]
fn every_layer_is_described_and_in_the_sample() {
    let sample = std::fs::read_to_string(SAMPLE).unwrap();
    let described = blocks("json").concat();
    let names = [
        "cors",
        "basic",
        "bearer",
        "api-key",
        "rate-limit",
        "rbac",
        "headers",
        "problem",
        "firewall",
    ];
    for name in names {
        let member = format!("\"layer\": \"{name}\"");
        assert!(described.contains(&member), "{name} in the README");
        assert!(sample.contains(&member), "{name} in the sample");
    }
}

/// Every setting has a row: what an unknown one is told of, is there.
#[test]
fn every_setting_is_described() {
    for layer in [
        "cors",
        "basic",
        "bearer",
        "api-key",
        "rate-limit",
        "rbac",
        "headers",
        "problem",
        "firewall",
    ] {
        let config = format!(
            r#"{{"listen": "127.0.0.1:0", "mounts": [
                {{"path": "/a", "layer": "{layer}", "config": {{"no_such": 1}}}}]}}"#
        );
        let error = String::from_utf8(check(&config).stderr).unwrap();
        let line = error.lines().find(|line| line.contains("no_such")).unwrap();
        let known: Vec<_> = line.split('`').skip(1).step_by(2).collect();
        assert!(known.len() > 1, "{line}");
        let section = README.split(&format!("\n### `{layer}`")).nth(1).unwrap();
        let section = section.split("\n### ").next().unwrap();
        for name in known {
            assert!(
                section.contains(&format!("| `{name}` |")),
                "{layer}: {name}"
            );
        }
    }
}

#[test]
fn every_question_is_answered_as_it_says() {
    let blocks = blocks("jsonl");
    for block in &blocks {
        let lines = block.lines().map(serde_json::from_str);
        let lines: Vec<Value> = lines.collect::<Result<_, _>>().unwrap();
        for pair in lines.chunks(2) {
            let [question, expected] = pair else {
                panic!("a question without an answer in {block}");
            };
            let mut answer = ask(std::slice::from_ref(question)).remove(0);
            let expected: Map<String, Value> = expected.as_object().unwrap().clone();
            // What is random is only described.
            for (name, value) in &expected {
                if value.as_str().is_some_and(|value| value.ends_with("...")) {
                    answer[name] = value.clone();
                }
            }
            assert_eq!(answer, Value::from(expected), "{question}");
        }
    }
    assert!(blocks.len() >= 8, "{} blocks", blocks.len());
}
