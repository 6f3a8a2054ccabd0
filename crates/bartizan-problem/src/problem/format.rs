use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response};
use serde_json::Value;

use super::Problem;

/// The content type of problem details in JSON.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

impl Problem {
    /// Writes the details as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::with_capacity(512);
        text(&mut json, "{\"type\":", self.type_uri());
        text(&mut json, ",\"title\":", self.title());
        json.extend_from_slice(b",\"status\":");
        json.extend_from_slice(self.status.as_str().as_bytes());
        if let Some(detail) = &self.detail {
            text(&mut json, ",\"detail\":", detail);
        }
        if let Some(instance) = &self.instance {
            text(&mut json, ",\"instance\":", instance);
        }
        for (name, value) in &self.members {
            text(&mut json, ",", name);
            json.push(b':');
            // Neither a value nor a text can fail to be written, nor can a `Vec`.
            let _ = serde_json::to_writer(&mut json, value);
        }
        if let Some(id) = &self.correlation {
            text(&mut json, ",\"correlation_id\":", id.as_str());
        }
        json.push(b'}');
        json
    }

    /// Writes the details as lines of text, for people.
    ///
    /// Control characters become spaces, so that a value stays on its line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{} {}\n", self.status.as_u16(), line(self.title()));
        let mut row = |name: &str, value: &str| {
            text.push_str(name);
            text.push_str(&line(value));
            text.push('\n');
        };
        if let Some(detail) = &self.detail {
            row("", detail);
        }
        if let Some((uri, _)) = &self.kind {
            row("type: ", uri);
        }
        if let Some(instance) = &self.instance {
            row("instance: ", instance);
        }
        for (name, value) in &self.members {
            row(&format!("{name}: "), &shown(value));
        }
        if let Some(id) = &self.correlation {
            row("correlation_id: ", id.as_str());
        }
        text
    }

    /// Makes a response of it, in JSON.
    ///
    /// The problem lies among the extensions of the response, where
    /// [`ProblemLayer`](crate::ProblemLayer) finds it. That one writes problems with a
    /// status below 500 anew, and shows others only
    /// [when asked to](crate::ProblemLayer::keep_own_problems).
    pub fn into_response<B: From<Bytes>>(self) -> Response<B> {
        let mut response = Response::new(B::from(self.to_json().into()));
        *response.status_mut() = self.status;
        let fields = [
            (CONTENT_TYPE, PROBLEM_JSON),
            (CACHE_CONTROL, "no-store"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        for (name, value) in fields {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes what begins a member, and then its text, quoted.
fn text(json: &mut Vec<u8>, begin: &str, text: &str) {
    json.extend_from_slice(begin.as_bytes());
    let _ = serde_json::to_writer(json, text);
}

fn line(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        text.replace(char::is_control, " ").into()
    } else {
        text.into()
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::CorrelationId;

    #[test]
    fn writes_each_part_once() {
        let problem = Problem::new(StatusCode::FORBIDDEN)
            .kind("https://example.com/x", "X")
            .and_then(|problem| problem.instance("/items/7"))
            .and_then(|problem| problem.member("balance", 30))
            .and_then(|problem| problem.member("accounts", vec!["a", "b"]))
            .unwrap()
            .detail("said \"no\"\u{2028}\n")
            .correlated(CorrelationId::parse(&HeaderValue::from_static("7b")).unwrap());

        let written: Value = serde_json::from_slice(&problem.to_json()).unwrap();
        assert_eq!(
            written,
            json!({
                "type": "https://example.com/x",
                "title": "X",
                "status": 403,
                "detail": "said \"no\"\u{2028}\n",
                "instance": "/items/7",
                "balance": 30,
                "accounts": ["a", "b"],
                "correlation_id": "7b",
            })
        );
        assert_eq!(
            problem.to_text(),
            "403 X\nsaid \"no\"\u{2028} \ntype: https://example.com/x\ninstance: /items/7\n\
             balance: 30\naccounts: a, b\ncorrelation_id: 7b\n"
        );
    }

    proptest! {
        #[test]
        fn any_detail_stays_in_its_place(detail in any::<String>()) {
            let problem = Problem::new(StatusCode::CONFLICT).detail(detail.clone());
            let written: Value = serde_json::from_slice(&problem.to_json()).unwrap();
            prop_assert_eq!(written.get("detail"), Some(&Value::from(detail)));
            prop_assert_eq!(written.get("status"), Some(&Value::from(409)));
            prop_assert_eq!(problem.to_text().lines().count(), 2);
        }
    }
}
