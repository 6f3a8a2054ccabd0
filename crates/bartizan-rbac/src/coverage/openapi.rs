use http::Method;
use serde_json::{Map, Value};

use super::{Coverage, InvalidDescription};

impl Coverage<'_> {
    /// Adds the routes of an [OpenAPI] document, each below `prefix`: the path of the
    /// server, such as `/v1`, or an empty text.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidDescription`] when the document has no `paths`, or a path of it
    /// is not described, or is elsewhere.
    ///
    /// [OpenAPI]: https://spec.openapis.org/oas/v3.1.1.html#paths-object
    pub fn openapi(mut self, prefix: &str, document: &Value) -> Result<Self, InvalidDescription> {
        let paths = document.get("paths").and_then(Value::as_object);
        let paths = paths.ok_or_else(|| InvalidDescription::new("the document has no paths"))?;
        for (path, item) in paths.iter().filter(|(path, _)| path.starts_with('/')) {
            let pattern = format!("{prefix}{path}");
            for method in methods(document, path, item)? {
                self.add(method, &pattern);
            }
        }
        Ok(self)
    }
}

/// How many references may lead from one to the next.
const MAX_REFERENCES: usize = 8;

fn methods(document: &Value, path: &str, item: &Value) -> Result<Vec<Method>, InvalidDescription> {
    let mut methods = Vec::new();
    let mut item = item;
    for _ in 0..=MAX_REFERENCES {
        let Some(fields) = item.as_object() else {
            return Err(InvalidDescription::new(format!(
                "{path:?} is not described"
            )));
        };
        collect(fields, &mut methods);
        let Some(reference) = fields.get("$ref") else {
            return Ok(methods);
        };
        let target = reference.as_str().and_then(|text| text.strip_prefix('#'));
        item = target
            .and_then(|pointer| document.pointer(pointer))
            .ok_or_else(|| InvalidDescription::new(format!("{path:?} is described elsewhere")))?;
    }
    Err(InvalidDescription::new(format!(
        "{path:?} is described in circles"
    )))
}

fn collect(fields: &Map<String, Value>, methods: &mut Vec<Method>) {
    for (name, method) in [
        ("delete", Method::DELETE),
        ("get", Method::GET),
        ("head", Method::HEAD),
        ("options", Method::OPTIONS),
        ("patch", Method::PATCH),
        ("post", Method::POST),
        ("put", Method::PUT),
        ("trace", Method::TRACE),
    ] {
        if fields.contains_key(name) && !methods.contains(&method) {
            methods.push(method);
        }
    }
    // Of OpenAPI 3.2.
    let others = fields.get("query").map(|_| "QUERY");
    let more = fields
        .get("additionalOperations")
        .and_then(Value::as_object);
    let more = more.into_iter().flatten().map(|(name, _)| name.as_str());
    for name in others.into_iter().chain(more) {
        if let Ok(method) = Method::from_bytes(name.as_bytes())
            && !methods.contains(&method)
        {
            methods.push(method);
        }
    }
}
