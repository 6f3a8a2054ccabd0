use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bartizan_core::{FindClient, InvalidSettings};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::path::with_brackets;
use crate::inner;
use crate::layers::{self, Applied};
use crate::router::{CALLS, Mount};

/// A layer under a path, and those that stand before it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MountSettings {
    path: String,
    layer: String,
    #[serde(default)]
    config: Map<String, Value>,
    #[serde(default)]
    optional: Option<bool>,
    #[serde(default)]
    behind: Vec<LayerSettings>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LayerSettings {
    pub(crate) layer: String,
    #[serde(default)]
    pub(crate) config: Map<String, Value>,
    /// Whether strangers pass, where the layer authenticates.
    #[serde(default)]
    pub(crate) optional: Option<bool>,
}

pub(super) fn build(
    settings: Vec<MountSettings>,
    client: &FindClient,
    problems: &mut InvalidSettings,
) -> Vec<Mount> {
    let mut mounts = Vec::new();
    let mut paths: Vec<String> = Vec::new();
    for (index, settings) in settings.into_iter().enumerate() {
        let group = format!("mounts[{index}]");
        let mut own = InvalidSettings::new();
        own.note("path", check(&settings.path, &paths));
        if is_path(&settings.path) {
            paths.push(settings.path.clone());
        }
        if let Some(mount) = settings.build(client, &mut own) {
            mounts.push(mount);
        }
        problems.add_group(&group, &own);
    }
    mounts
}

impl MountSettings {
    fn build(self, client: &FindClient, problems: &mut InvalidSettings) -> Option<Mount> {
        let innermost = LayerSettings {
            layer: self.layer,
            config: self.config,
            optional: self.optional,
        };
        let mut applied: Vec<Option<Applied>> = Vec::new();
        for (index, settings) in self.behind.into_iter().enumerate() {
            let mut own = InvalidSettings::new();
            applied.push(layers::build(settings, &mut own));
            add(&format!("behind[{index}]."), &own, problems);
        }
        let mut own = InvalidSettings::new();
        applied.push(layers::build(innermost, &mut own));
        add("", &own, problems);

        let calls = Arc::new(AtomicU64::new(0));
        let mut service = inner::service(Arc::clone(&calls));
        for layer in applied.into_iter().rev() {
            service = layer?(service);
        }
        service = layers::guard(client.clone())(service);
        Some(Mount::new(self.path, service, calls))
    }
}

fn add(prefix: &str, own: &InvalidSettings, problems: &mut InvalidSettings) {
    for (name, problem) in own.problems() {
        problems.add(with_brackets(&format!("{prefix}{name}")), problem);
    }
}

/// Says what is wrong with a path that is mounted after `others`.
fn check(path: &str, others: &[String]) -> Result<(), String> {
    if !is_path(path) {
        return Err("it is not `/` with letters, digits, `-`, `.`, `_` and `~` after it".into());
    }
    if overlap(path, CALLS) {
        return Err(format!("{CALLS} is where the calls are told"));
    }
    match others.iter().find(|other| overlap(path, other)) {
        Some(other) if other == path => Err(format!("{path} is there twice")),
        Some(other) => Err(format!("it overlaps with {other}")),
        None => Ok(()),
    }
}

fn is_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_segment = |segment: &str| {
        !segment.is_empty() && segment.bytes().all(is_plain) && segment != "." && segment != ".."
    };
    let segments = path.strip_prefix('/');
    path == "/" || segments.is_some_and(|rest| rest.split('/').all(is_segment))
}

/// Returns whether one is the other, or below it. `/` takes what the others leave.
fn overlap(one: &str, other: &str) -> bool {
    let is_below = |path: &str, base: &str| {
        let rest = path.strip_prefix(base);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if one == "/" || other == "/" {
        return one == other;
    }
    is_below(one, other) || is_below(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_paths_of_whole_segments_that_do_not_overlap() {
        for (path, is_taken) in [
            ("/", true),
            ("/a", true),
            ("/a-b._~/9", true),
            ("/taken/b", false),
            ("/taken", false),
            ("/take", true),
            ("/taken2", true),
            ("/deep", false),
            ("/deep/er", false),
            ("/_calls", false),
            ("/_calls/x", false),
            ("/_callsx", true),
            ("", false),
            ("a", false),
            ("/a/", false),
            ("//", false),
            ("/a//b", false),
            ("/..", false),
            ("/a/./b", false),
            ("/a b", false),
            ("/a?b", false),
            ("/%61", false),
        ] {
            let others = ["/taken".to_owned(), "/deep/er".to_owned()];
            assert_eq!(check(path, &others).is_ok(), is_taken, "{path}");
        }
        assert!(check("/", &["/".to_owned()]).is_err());
        assert!(check("/a", &["/".to_owned()]).is_ok());
    }
}
