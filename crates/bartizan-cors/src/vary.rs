use http::header::{Entry, HeaderMap, HeaderValue, VARY};

/// What a response depends on.
#[derive(Debug)]
pub(crate) struct Vary {
    /// All names, in one field; none for a response that is the same for all.
    joined: Option<HeaderValue>,
    names: Vec<HeaderValue>,
    preflight: HeaderValue,
}

/// What the answer to a preflight depends on, mostly.
const ORIGIN_AND_PREFLIGHT: &str =
    "origin, access-control-request-method, access-control-request-headers";

impl Vary {
    /// `Origin` matters unless all origins are answered alike; `further` are the
    /// request headers that a predicate reads.
    pub(crate) fn new(any_origin: bool, further: Vec<String>) -> Self {
        let mut names = if any_origin {
            Vec::new()
        } else {
            vec!["origin".to_owned()]
        };
        names.extend(further);
        let to_value = |names: &[String]| HeaderValue::try_from(names.join(", ")).ok();
        let joined = match &*names {
            [] => None,
            // Copied for less than what is not static.
            [_] if !any_origin => Some(HeaderValue::from_static("origin")),
            names => to_value(names),
        };
        let each = names
            .iter()
            .filter_map(|name| HeaderValue::from_str(name).ok());
        let each = each.collect();
        let preflight = match &*names {
            [_] if !any_origin => Some(HeaderValue::from_static(ORIGIN_AND_PREFLIGHT)),
            _ => {
                names.push("access-control-request-method".to_owned());
                names.push("access-control-request-headers".to_owned());
                to_value(&names)
            }
        };
        let preflight = preflight.unwrap_or_else(|| HeaderValue::from_static("*"));
        Self {
            joined,
            names: each,
            preflight,
        }
    }

    /// Returns what the answer to a preflight depends on.
    ///
    /// By [RFC 9110, section 9.3.7] it is never cached, but some caches can be told to.
    ///
    /// [RFC 9110, section 9.3.7]: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7
    pub(crate) fn preflight(&self) -> HeaderValue {
        self.preflight.clone()
    }

    /// Returns what a response depends on, when it does.
    pub(crate) fn value(&self) -> Option<&HeaderValue> {
        self.joined.as_ref()
    }

    /// Adds the names that are not there yet, and leaves those that are. `is_there` says
    /// whether the response has the field.
    #[inline]
    pub(crate) fn mark(&self, headers: &mut HeaderMap, is_there: bool) {
        let Some(joined) = &self.joined else {
            return;
        };
        if !is_there {
            // A map that is full is one of the service's own making.
            let _ = headers.try_insert(VARY, joined.clone());
            return;
        }
        let Ok(Entry::Occupied(mut entry)) = headers.try_entry(VARY) else {
            return;
        };
        for name in &self.names {
            if !entry.iter().any(|line| names(line, name)) {
                entry.append(name.clone());
            }
        }
    }
}

fn names(line: &HeaderValue, name: &HeaderValue) -> bool {
    line.as_bytes().split(|byte| *byte == b',').any(|element| {
        let element = element.trim_ascii();
        element == b"*" || element.eq_ignore_ascii_case(name.as_bytes())
    })
}
