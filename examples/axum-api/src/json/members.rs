use std::fmt;

use axum::http::StatusCode;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use crate::problem::{Flaw, Refused};

/// The members of a JSON object, of which none occurs twice: of two, one reader
/// takes the first and another the last.
pub(crate) struct Members(pub(crate) Vec<(String, Value)>);

impl Members {
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Refused> {
        serde_json::from_slice(body).map_err(|error| {
            if error.is_data() {
                Refused::new(StatusCode::UNPROCESSABLE_ENTITY).errors(&[Flaw {
                    pointer: "#".to_owned(),
                    detail: "must be an object that has each member once",
                }])
            } else {
                Refused::new(StatusCode::BAD_REQUEST).detail("the content is not JSON")
            }
        })
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members: Vec<(String, Value)> = Vec::new();
        while let Some((name, value)) = map.next_entry()? {
            if members.len() == MAX_MEMBERS || members.iter().any(|(known, _)| *known == name) {
                return Err(A::Error::custom("too many members, or one twice"));
            }
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

/// Each name is compared with each, and each unknown one is answered.
const MAX_MEMBERS: usize = 64;
