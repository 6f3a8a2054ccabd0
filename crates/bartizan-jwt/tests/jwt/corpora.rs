use std::path::PathBuf;

use serde_json::Value;

/// Reads a file of the external vectors, or says that they are left out.
pub(crate) fn load(path: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("BARTIZAN_CORPORA") else {
        println!("left out, since BARTIZAN_CORPORA is not set: {path}");
        return None;
    };
    let path = PathBuf::from(folder).join(path);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_str(&text).expect("vectors are JSON"))
}
