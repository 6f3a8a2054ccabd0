use std::error::Error;

use bartizan::password::{
    Argon2Params, Login, MemoryUserStore, PasswordHasher, PasswordHasherPool, PoolSettings,
    UserRecord, generate_password,
};
use bartizan::rate_limit::{LoginGuard, LoginThrottle};
use bartizan::secret::{Masker, SecretString};

use crate::settings::{Password, Settings};

/// What `alice` may do with items.
pub(crate) const WRITE: &str = "items:write";

/// All scopes that there are, with what they permit.
pub(crate) const SCOPES: &[(&str, &str)] = &[(WRITE, "add items")];

/// The role of `admin`.
pub(crate) const ADMIN: &str = "admin";

/// Checks names and passwords, as long as not too many were wrong.
pub(crate) type Logins = LoginGuard<Login<MemoryUserStore>>;

/// The two users of the service.
pub(crate) struct Accounts {
    login: Logins,
    /// The passwords that were made at start: there is no other way to learn them.
    made: Vec<(&'static str, SecretString)>,
}

impl Accounts {
    /// Creates the users, with the passwords that were set or new ones.
    ///
    /// Passwords are hashed on threads of their own, one for each core, which let
    /// requests go first.
    pub(crate) async fn new(settings: &Settings, masker: &Masker) -> Result<Self, Box<dyn Error>> {
        let hasher = PasswordHasher::new(Argon2Params::default());
        let pool = PasswordHasherPool::start(hasher, PoolSettings::default().low_priority(true))?;
        let users = MemoryUserStore::new();
        let mut made = Vec::new();
        for (name, password) in [
            ("alice", &settings.told.users.alice.password),
            ("admin", &settings.told.users.admin.password),
        ] {
            let password = match password {
                Some(Password(password)) => password.clone(),
                None => {
                    let password = generate_password()?;
                    made.push((name, password.clone()));
                    password
                }
            };
            masker.register(&password)?;
            let hash = pool.hash(password).await?;
            let user = UserRecord::new(name, hash.as_str());
            let user = match name {
                "admin" => user.role(ADMIN),
                _ => user.scope(WRITE),
            };
            users.insert(name, user);
        }
        Ok(Self {
            login: LoginGuard::new(Login::new(users, pool), LoginThrottle::new())
                .spawn(|check| drop(tokio::spawn(check))),
            made,
        })
    }

    /// Returns what checks names and passwords.
    pub(crate) fn login(&self) -> Logins {
        self.login.clone()
    }

    /// Returns the password of the user called `name`, if it was made at start.
    pub(crate) fn made(&self, name: &str) -> Option<&SecretString> {
        let mut made = self.made.iter();
        let (_, password) = made.find(|(owner, _)| *owner == name)?;
        Some(password)
    }
}
