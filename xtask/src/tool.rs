//! Cargo subcommands that the steps need, each in its pinned version.

use std::path::{Path, PathBuf};

use crate::failure::{Context, Failure};
use crate::shell::Shell;

/// A tool from crates.io.
#[derive(Debug)]
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Reads the dependency tree against published advisories.
pub(crate) const AUDIT: Tool = Tool {
    name: "cargo-audit",
    version: "0.22.2",
};
/// Checks licences, banned crates and sources.
pub(crate) const DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
};
/// Runs Cargo once for each feature of each crate.
pub(crate) const HACK: Tool = Tool {
    name: "cargo-hack",
    version: "0.6.46",
};

impl Tool {
    /// Returns the path of the tool, installing it where it is not there yet.
    ///
    /// # Errors
    ///
    /// The tool is neither there nor can be installed.
    pub(crate) fn ensure(&self, shell: &Shell) -> Result<PathBuf, Failure> {
        let cache = cache(|name| std::env::var_os(name).map(PathBuf::from))?;
        let cache = std::path::absolute(cache).context("the folder of the tools")?;
        let program = self.program(&cache);
        if !program.is_file() {
            self.install(shell, &cache)?;
        }
        if program.is_file() {
            Ok(program)
        } else {
            Err(Failure::new(format!(
                "{} was installed, but is not there",
                program.display()
            )))
        }
    }

    /// `<cache>/<name>-<version>`: a new version never meets an old file.
    fn folder(&self, cache: &Path) -> PathBuf {
        cache.join(format!("{}-{}", self.name, self.version))
    }

    fn program(&self, cache: &Path) -> PathBuf {
        let file = format!("{}{}", self.name, std::env::consts::EXE_SUFFIX);
        self.folder(cache).join("bin").join(file)
    }

    fn install(&self, shell: &Shell, cache: &Path) -> Result<(), Failure> {
        let Self { name, version } = self;
        println!("{name} {version} is not there yet: installing it takes some minutes, once");
        // Apart from ours, and gone afterwards: nothing in it is of use again.
        let build = cache.join(format!("build-{name}-{version}"));
        let mut cargo = shell.cargo(&["install", name, "--locked", "--no-track"]);
        cargo
            .args(["--version", version, "--root"])
            .arg(self.folder(cache));
        // What they do takes no time to speak of, unlike to optimise them.
        cargo.arg("--debug").env("CARGO_PROFILE_DEV_DEBUG", "none");
        let installed = shell.run(cargo.env("CARGO_TARGET_DIR", &build));
        let cleaned = match std::fs::remove_dir_all(&build) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        installed?;
        cleaned.context(build.display())
    }
}

/// Where the tools are kept: `BARTIZAN_TOOLS`, or a cache folder of the user.
fn cache(variable: impl Fn(&str) -> Option<PathBuf>) -> Result<PathBuf, Failure> {
    let filled = |name| variable(name).filter(|path| !path.as_os_str().is_empty());
    if let Some(tools) = filled("BARTIZAN_TOOLS") {
        return Ok(tools);
    }
    let home = filled("HOME").or_else(|| filled("USERPROFILE"));
    let home = home.ok_or_else(|| Failure::new("set BARTIZAN_TOOLS: there is no home folder"))?;
    Ok(home.join(".cache/bartizan/tools"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_lies_in_a_folder_of_its_name_and_version() {
        let file = format!("cargo-hack{}", std::env::consts::EXE_SUFFIX);
        let expected = Path::new("tools/cargo-hack-0.6.46/bin").join(file);

        assert_eq!(HACK.program(Path::new("tools")), expected);
    }

    #[test]
    fn the_cache_is_the_one_named_else_the_users() {
        let table = [
            ("BARTIZAN_TOOLS=tools HOME=home", Some("tools")),
            (
                "BARTIZAN_TOOLS= HOME=home",
                Some("home/.cache/bartizan/tools"),
            ),
            ("HOME=home", Some("home/.cache/bartizan/tools")),
            ("USERPROFILE=user", Some("user/.cache/bartizan/tools")),
            ("", None),
        ];

        for (variables, expected) in table {
            let found = cache(|name| {
                let mut pairs = variables.split(' ').filter_map(|pair| pair.split_once('='));
                pairs
                    .find(|(variable, _)| *variable == name)
                    .map(|(_, value)| value.into())
            });
            assert_eq!(found.ok(), expected.map(PathBuf::from), "{variables:?}");
        }
    }
}
