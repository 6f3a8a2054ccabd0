use std::collections::HashSet;
use std::sync::OnceLock;

use bartizan_basic::{Basic, BasicSettings};
use bartizan_core::InvalidSettings;
use bartizan_password::{
    Login, MemoryUserStore, PasswordHash, PasswordHasher, PasswordHasherPool, UserRecord,
};
use bartizan_secret::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::settings::settle;

/// The users, which stand beside the settings of the scheme.
#[derive(Deserialize)]
struct Users {
    users: Vec<User>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    name: String,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    hash: Option<SecretString>,
    #[serde(default)]
    password: Option<SecretString>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    disabled: bool,
}

/// Makes the scheme, over users in memory.
pub(super) fn build(
    mut config: Value,
    problems: &mut InvalidSettings,
) -> Option<Basic<Login<MemoryUserStore>>> {
    let users = config
        .as_object_mut()
        .and_then(|members| members.remove("users"));
    let users = users.map_or_else(|| json!({}), |users| json!({ "users": users }));
    let store = settle(users, problems, Users::build);
    let pool = problems.note("users", pool());
    // Over an empty store the other settings are looked at all the same.
    let is_whole = store.is_some();
    let login = Login::new(store.unwrap_or_default(), pool?);
    let basic = settle(config, problems, |basic: BasicSettings| basic.build(login));
    basic.filter(|_| is_whole)
}

impl Users {
    fn build(self) -> Result<MemoryUserStore, InvalidSettings> {
        let mut problems = InvalidSettings::new();
        let store = MemoryUserStore::new();
        if self.users.is_empty() {
            problems.add("users", "there is none");
        }
        let mut names = HashSet::new();
        for (index, user) in self.users.into_iter().enumerate() {
            let mut own = InvalidSettings::new();
            if !names.insert(user.name.clone()) {
                own.add("name", "it is another user's, too");
            }
            if let Some((name, record)) = user.record(&mut own) {
                store.insert(name, record);
            }
            problems.add_group(&format!("users.{index}"), &own);
        }
        problems.into_result(store)
    }
}

impl User {
    fn record(self, problems: &mut InvalidSettings) -> Option<(String, UserRecord)> {
        let hash = match (&self.hash, &self.password) {
            (Some(hash), None) => problems.note("hash", hash.expose_secret().parse()),
            (None, Some(password)) => {
                problems.note("password", PasswordHasher::default().hash(password))
            }
            (Some(_), Some(_)) => {
                problems.add("password", "there is a hash, too");
                None
            }
            (None, None) => {
                problems.add("hash", "there is neither it nor a password");
                None
            }
        };
        let hash: PasswordHash = hash?;
        let subject = self.subject.unwrap_or_else(|| self.name.clone());
        let record = UserRecord::new(subject, hash.as_str())
            .roles(self.roles)
            .scopes(self.scopes)
            .disabled(self.disabled);
        Some((self.name, record))
    }
}

/// One pool for all mounts: each has a thread per core.
fn pool() -> std::io::Result<PasswordHasherPool> {
    static POOL: OnceLock<PasswordHasherPool> = OnceLock::new();

    if let Some(pool) = POOL.get() {
        return Ok(pool.clone());
    }
    let pool = PasswordHasherPool::new(PasswordHasher::default())?;
    Ok(POOL.get_or_init(|| pool).clone())
}
