use std::collections::BTreeMap;

use bartizan_core::{Challenge, InvalidSettings, Realm};
use http::Method;
use serde::Deserialize;

use crate::{Permissions, Policy, RoleHierarchy, Route, RouteTable, Routes, Rule};

/// A [`RouteTable`] as settings.
///
/// # Example
///
/// ```
/// use bartizan_rbac::RbacSettings;
///
/// let settings: RbacSettings = serde_json::from_str(
///     r#"{
///         "hierarchy": ["admin > editor > viewer"],
///         "permissions": {"editor": ["items:write"]},
///         "routes": [
///             {"methods": ["GET"], "path": "/health", "allow": "public"},
///             {"methods": ["GET"], "path": "/items/{id}", "allow": "role viewer or scope items:read"},
///             {"methods": ["any"], "path": "/admin/{*rest}", "allow": "role admin and max-age 300"},
///             {"grpc": "shop.Items", "allow": "permission items:write"}
///         ]
///     }"#,
/// )?;
///
/// assert_eq!(settings.build()?.rules().len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RbacSettings {
    /// Chains of roles, each from its highest down: `admin > editor > viewer`.
    /// Default: none.
    pub hierarchy: Vec<String>,
    /// For each role, what it permits. Default: nothing.
    pub permissions: BTreeMap<String, Vec<String>>,
    /// The rules. Default: none, which lets nobody pass.
    pub routes: Vec<RouteSettings>,
    /// How strangers are asked to authenticate: `apikey`, `basic` and `bearer`, one or
    /// several. It is to say what the authentication in front of the table takes.
    /// Default: `bearer`.
    pub challenges: Vec<String>,
    /// The realm of the challenges. Default: `api`.
    pub realm: Option<String>,
    /// Whether everyone who asks with `OPTIONS` about a path is told the methods that have
    /// a rule; see [`Routes::public_options`]. Default: no.
    pub public_options: bool,
    /// Whether requests without a rule are answered 404 instead of 403. Default: no.
    pub hide_as_not_found: bool,
}

/// One rule of [`RbacSettings`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RouteSettings {
    /// The methods of `path`, in upper case; or `any` alone, or `others` alone for
    /// those for which there is no other rule.
    pub methods: Vec<String>,
    /// The pattern of paths. Either this or `grpc` is there.
    pub path: Option<String>,
    /// A gRPC method, `package.Service/Method`, or a whole service, `package.Service`.
    pub grpc: Option<String>,
    /// Who may pass: `public`, `authenticated`, `closed`, or a [`Policy`].
    pub allow: String,
    /// The name that the log has. Default: the methods and the pattern.
    pub name: Option<String>,
    /// Whether those who may not pass are answered 404, which the whole table must do for
    /// what has no rule. Default: no.
    pub hide_as_not_found: bool,
}

impl RbacSettings {
    /// Makes the table.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSettings`] with everything that is wrong.
    pub fn build(&self) -> Result<RouteTable, InvalidSettings> {
        self.build_with(|routes| routes)
    }

    /// Makes the table, with what settings cannot say:
    /// [`matched`](Routes::matched), [`clock`](Routes::clock), or further rules after
    /// those of the settings.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSettings`] with everything that is wrong.
    pub fn build_with(
        &self,
        with: impl FnOnce(Routes) -> Routes,
    ) -> Result<RouteTable, InvalidSettings> {
        let mut problems = InvalidSettings::new();
        let hierarchy = RoleHierarchy::parse(&self.hierarchy);
        let hierarchy = problems.note("hierarchy", hierarchy).unwrap_or_default();
        let permissions = self.permissions.iter();
        let permissions =
            permissions.map(|(role, names)| (role.as_str(), names.iter().map(String::as_str)));
        let permissions = problems.note("permissions", Permissions::new(permissions));
        let mut routes = RouteTable::builder()
            .hierarchy(hierarchy.permissions(&permissions.unwrap_or_default()));
        if self.public_options {
            routes = routes.public_options();
        }
        if self.hide_as_not_found {
            routes = routes.hide_as_not_found();
        }
        for challenge in self.challenges(&mut problems) {
            routes = routes.challenge(challenge);
        }
        // Where each rule comes from, since those that are wrong are left out.
        let mut places = Vec::new();
        for (index, route) in self.routes.iter().enumerate() {
            if let Some(rule) = route.rule(&format!("routes.{index}"), &mut problems) {
                places.push(index);
                routes = routes.rule(rule);
            }
        }
        match with(routes).build() {
            Ok(table) => problems.into_result(table),
            Err(invalid) => {
                for problem in invalid.problems() {
                    let name = match places.get(problem.position) {
                        Some(index) => format!("routes.{index}"),
                        None => "routes".to_owned(),
                    };
                    problems.add(name, &problem.kind);
                }
                Err(problems)
            }
        }
    }

    fn challenges(&self, problems: &mut InvalidSettings) -> Vec<Challenge> {
        let realm = self.realm.as_deref().map(str::parse::<Realm>).transpose();
        let realm = problems.note("realm", realm).flatten().unwrap_or_default();
        if self.challenges.is_empty() {
            return vec![Challenge::bearer(&realm)];
        }
        let mut challenges = Vec::new();
        for name in &self.challenges {
            match name.as_str() {
                "apikey" => {
                    let challenge = Challenge::new("ApiKey");
                    let challenge = challenge.and_then(|it| it.param("realm", realm.as_str()));
                    challenges.extend(problems.note("challenges", challenge));
                }
                "basic" => challenges.push(Challenge::basic(&realm)),
                "bearer" => challenges.push(Challenge::bearer(&realm)),
                _ => problems.add("challenges", "none of `apikey`, `basic` and `bearer`"),
            }
        }
        challenges
    }
}

impl RouteSettings {
    fn rule(&self, group: &str, problems: &mut InvalidSettings) -> Option<Rule> {
        let route = self.route(group, problems);
        let policy = match self.allow.as_str() {
            "" => {
                problems.add(format!("{group}.allow"), "it is missing");
                return None;
            }
            "authenticated" | "closed" | "public" => None,
            text => Some(problems.note(&format!("{group}.allow"), text.parse::<Policy>())?),
        };
        let route = route?;
        let rule = match (policy, self.allow.as_str()) {
            (Some(policy), _) => route.require(policy),
            (None, "authenticated") => route.authenticated(),
            (None, "public") => route.public(),
            (None, _) => route.closed(),
        };
        let rule = match &self.name {
            Some(name) => rule.named(name),
            None => rule,
        };
        Some(if self.hide_as_not_found {
            rule.hide_as_not_found()
        } else {
            rule
        })
    }

    fn route(&self, group: &str, problems: &mut InvalidSettings) -> Option<Route> {
        let path = match (&self.path, &self.grpc) {
            (Some(path), None) => path,
            (None, Some(grpc)) if !self.methods.is_empty() => {
                let problem = format!("{grpc:?} is called with POST");
                problems.add(format!("{group}.methods"), problem);
                return None;
            }
            (None, Some(grpc)) if grpc.contains('/') => return Some(Route::grpc(grpc)),
            (None, Some(grpc)) => return Some(Route::grpc_service(grpc)),
            _ => {
                problems.add(group, "either `path` or `grpc` is needed");
                return None;
            }
        };
        match self.methods.as_slice() {
            [word] if word == "any" => return Some(Route::any(path)),
            [word] if word == "others" => return Some(Route::others(path)),
            _ => {}
        }
        let parse = |name: &String| {
            let method = Method::from_bytes(name.as_bytes()).ok();
            method.filter(|_| !name.bytes().any(|byte| byte.is_ascii_lowercase()))
        };
        let methods: Option<Vec<_>> = self.methods.iter().map(parse).collect();
        match methods {
            Some(methods) if !methods.is_empty() => Some(Route::on(methods, path)),
            Some(_) => {
                problems.add(format!("{group}.methods"), "no method is named");
                None
            }
            None => {
                let problem = "neither methods in upper case, nor `any` or `others` alone";
                problems.add(format!("{group}.methods"), problem);
                None
            }
        }
    }
}
