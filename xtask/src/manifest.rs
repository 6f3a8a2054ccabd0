//! As much of Cargo's manifests as the commands need.

/// Reads the names of the tables that `header` begins, such as `[[bin]]`.
pub(crate) fn names<'a>(manifest: &'a str, header: &str) -> Vec<&'a str> {
    let mut names = Vec::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == header;
        } else if inside && let Some(name) = name(line) {
            names.push(name);
        }
    }
    names
}

fn name(line: &str) -> Option<&str> {
    let value = line.strip_prefix("name")?.trim_start().strip_prefix('=')?;
    value.trim_start().strip_prefix('"')?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_names_of_one_kind_of_table() {
        let manifest = r#"
            [package]
            name = "fuzz"
            [[bin]]
            name = "jwt"
            path = "fuzz_targets/jwt.rs"
            [[bin]]
            test = false
            name="basic" # the credentials
            [[bench]]
            name = "cors"
            [dependencies.x]
            name = "not this"
        "#;

        assert_eq!(names(manifest, "[[bin]]"), ["jwt", "basic"]);
        assert_eq!(names(manifest, "[[bench]]"), ["cors"]);
        assert_eq!(
            names("[package]\nname = \"fuzz\"\n", "[[bin]]"),
            Vec::<&str>::new()
        );
    }
}
