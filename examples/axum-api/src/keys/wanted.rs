use std::time::Duration;

use axum::http::StatusCode;
use bartizan::Principal;
use serde_json::Value;
use utoipa::ToSchema;

use crate::json::Members;
use crate::problem::{Flaw, Refused};

/// A key that is asked for.
#[derive(ToSchema)]
#[schema(as = NewKeyRequest, example = json!({"name": "nightly export", "scopes": ["items:write"]}))]
pub(crate) struct Wanted {
    /// What the key is for.
    #[schema(min_length = 1, max_length = 100)]
    pub(super) name: String,
    /// Of those that the user has. None when left out.
    #[schema(required = false, max_items = 16)]
    pub(super) scopes: Vec<String>,
    /// Of those that the user has. None when left out.
    #[schema(required = false, max_items = 16)]
    pub(super) roles: Vec<String>,
    /// For how long the key is good: a year at most, 90 days when left out.
    #[schema(required = false, minimum = 1, maximum = 31_536_000)]
    pub(super) seconds: u64,
}

/// A key whose place another one takes.
#[derive(ToSchema)]
#[schema(as = KeyRotation, example = json!({"overlap": 3600}))]
pub(crate) struct Rotation {
    /// For how many seconds the old key is good besides: a week at most, a day when left
    /// out.
    #[schema(required = false, maximum = 604_800)]
    pub(super) overlap: u64,
}

const DAY: u64 = 86_400;
const MAX_NAME: usize = 100;
const MAX_NAMES: usize = 16;

impl Wanted {
    /// Reads what `who` asks for, who may give a key nothing but what is their own.
    pub(super) fn read(Members(members): Members, who: &Principal) -> Result<Self, Refused> {
        let mut wanted = Self {
            name: String::new(),
            scopes: Vec::new(),
            roles: Vec::new(),
            seconds: 90 * DAY,
        };
        let mut flaws = Vec::new();
        for (member, value) in members {
            let flaw = match member.as_str() {
                "name" => text(value, &mut wanted.name),
                "scopes" => texts(value, &mut wanted.scopes),
                "roles" => texts(value, &mut wanted.roles),
                "seconds" => number(&value, 1..=365 * DAY, &mut wanted.seconds),
                _ => Err("is not known"),
            };
            note(&mut flaws, &member, flaw);
        }
        if wanted.name.is_empty() && flaws.iter().all(|flaw| flaw.pointer != "#/name") {
            note(&mut flaws, "name", Err("is missing"));
        }
        refuse(&flaws, StatusCode::UNPROCESSABLE_ENTITY)?;

        let not_own = |index, list| Flaw {
            pointer: format!("#/{list}/{index}"),
            detail: "is not yours to give",
        };
        let scopes = wanted.scopes.iter().enumerate();
        let scopes = scopes.filter(|(_, scope)| !who.has_scope(scope));
        let roles = wanted.roles.iter().enumerate();
        let roles = roles.filter(|(_, role)| !who.has_role(role));
        let mut wider: Vec<_> = scopes.map(|(index, _)| not_own(index, "scopes")).collect();
        wider.extend(roles.map(|(index, _)| not_own(index, "roles")));
        refuse(&wider, StatusCode::FORBIDDEN)?;
        Ok(wanted)
    }

    pub(super) fn lifetime(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

impl Rotation {
    pub(super) fn read(Members(members): Members) -> Result<Self, Refused> {
        let mut rotation = Self { overlap: DAY };
        let mut flaws = Vec::new();
        for (member, value) in members {
            let flaw = match member.as_str() {
                "overlap" => number(&value, 0..=7 * DAY, &mut rotation.overlap),
                _ => Err("is not known"),
            };
            note(&mut flaws, &member, flaw);
        }
        refuse(&flaws, StatusCode::UNPROCESSABLE_ENTITY)?;
        Ok(rotation)
    }
}

type Read = Result<(), &'static str>;

fn note(flaws: &mut Vec<Flaw>, member: &str, read: Read) {
    if let Err(detail) = read {
        let pointer = format!("#/{}", crate::json::escape(member));
        flaws.push(Flaw { pointer, detail });
    }
}

fn refuse(flaws: &[Flaw], status: StatusCode) -> Result<(), Refused> {
    if flaws.is_empty() {
        return Ok(());
    }
    let refused = Refused::new(status).detail("the request has flaws");
    Err(refused.errors(flaws))
}

fn text(value: Value, text: &mut String) -> Read {
    match value {
        Value::String(value) if is_text(&value) => {
            *text = value;
            Ok(())
        }
        _ => Err("must be a text of 1 to 100 characters without control characters"),
    }
}

fn texts(value: Value, texts: &mut Vec<String>) -> Read {
    let detail = "must be a list of at most 16 names";
    let Value::Array(values) = value else {
        return Err(detail);
    };
    if values.len() > MAX_NAMES {
        return Err(detail);
    }
    for value in values {
        let mut name = String::new();
        text(value, &mut name).map_err(|_| detail)?;
        texts.push(name);
    }
    Ok(())
}

fn number(value: &Value, range: std::ops::RangeInclusive<u64>, number: &mut u64) -> Read {
    let value = value.as_u64().filter(|value| range.contains(value));
    *number = value.ok_or("is not a whole number in its range")?;
    Ok(())
}

fn is_text(text: &str) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= MAX_NAME
        && !text.chars().any(char::is_control)
}
