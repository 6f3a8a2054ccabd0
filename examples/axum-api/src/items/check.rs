use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::json::{Members, escape};
use crate::problem::Flaw;

/// An item of which every field is right.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewItem, example = json!({"name": "nail", "quantity": 100}))]
pub(crate) struct Checked {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[schema(minimum = 1, maximum = 10_000)]
    quantity: u64,
    #[schema(max_items = 10, required = false)]
    tags: Vec<String>,
}

const MAX_NAME: usize = 100;
const MAX_QUANTITY: u64 = 10_000;
const MAX_TAGS: usize = 10;
const MAX_TAG: usize = 30;

impl Checked {
    /// Checks all fields, and finds all that is wrong.
    pub(super) fn of(Members(members): Members) -> Result<Self, Vec<Flaw>> {
        let (mut name, mut quantity, mut tags) = (None, None, None);
        let mut flaws = Flaws(Vec::new());
        for (member, value) in members {
            match member.as_str() {
                "name" => name = Some(value),
                "quantity" => quantity = Some(value),
                "tags" => tags = Some(value),
                _ => flaws.add(format!("#/{}", escape(&member)), "is not known"),
            }
        }
        let name = flaws.name(name);
        let quantity = flaws.quantity(quantity);
        let tags = flaws.tags(tags);
        match (name, quantity, tags) {
            (Some(name), Some(quantity), Some(tags)) if flaws.0.is_empty() => Ok(Self {
                name,
                quantity,
                tags,
            }),
            _ => Err(flaws.0),
        }
    }
}

struct Flaws(Vec<Flaw>);

impl Flaws {
    fn add(&mut self, pointer: impl Into<String>, detail: &'static str) {
        self.0.push(Flaw {
            pointer: pointer.into(),
            detail,
        });
    }

    fn name(&mut self, value: Option<Value>) -> Option<String> {
        let detail = "must be a text of 1 to 100 characters without control characters";
        match value {
            Some(Value::String(name)) if is_text(&name, MAX_NAME) => return Some(name),
            Some(_) => self.add("#/name", detail),
            None => self.add("#/name", "is missing"),
        }
        None
    }

    fn quantity(&mut self, value: Option<Value>) -> Option<u64> {
        let Some(value) = value else {
            self.add("#/quantity", "is missing");
            return None;
        };
        let quantity = value.as_u64().filter(|n| (1..=MAX_QUANTITY).contains(n));
        if quantity.is_none() {
            self.add("#/quantity", "must be a whole number from 1 to 10000");
        }
        quantity
    }

    /// Tags may be left out.
    fn tags(&mut self, value: Option<Value>) -> Option<Vec<String>> {
        let values = match value {
            None => return Some(Vec::new()),
            Some(Value::Array(values)) if values.len() <= MAX_TAGS => values,
            Some(_) => {
                self.add("#/tags", "must be a list of at most 10 tags");
                return None;
            }
        };
        let mut tags = Vec::new();
        for (index, value) in values.into_iter().enumerate() {
            match value {
                Value::String(tag) if is_text(&tag, MAX_TAG) => tags.push(tag),
                _ => self.add(
                    format!("#/tags/{index}"),
                    "must be a text of 1 to 30 characters without control characters",
                ),
            }
        }
        Some(tags)
    }
}

fn is_text(text: &str, max: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= max && !text.chars().any(char::is_control)
}
