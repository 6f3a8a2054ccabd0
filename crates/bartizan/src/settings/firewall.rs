use bartizan_core::{HostList, InvalidSettings, RequestFirewall};
use http::Method;
use serde::Deserialize;

/// [`RequestFirewall`] as settings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FirewallSettings {
    /// The hosts that are answered for, such as `api.example.com`. Default: any.
    pub hosts: Option<Vec<String>>,
    /// The methods that are allowed. Default: `DELETE`, `GET`, `HEAD`, `OPTIONS`,
    /// `PATCH`, `POST` and `PUT`.
    pub methods: Option<Vec<String>>,
    /// How long a path may be, in bytes. Default: 4096.
    pub max_path: Option<usize>,
    /// How long a query may be, in bytes. Default: 16384.
    pub max_query: Option<usize>,
    /// How many lines of header fields there may be. Default: 100.
    pub max_fields: Option<usize>,
    /// How large the header fields may be together, in bytes. Default: 65536.
    pub max_fields_bytes: Option<usize>,
    /// Whether requests pass that name no host. Default: false.
    pub insecure_allow_missing_host: bool,
}

impl FirewallSettings {
    /// Makes the guard.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSettings`] with everything that is wrong.
    pub fn build(self) -> Result<RequestFirewall, InvalidSettings> {
        let mut problems = InvalidSettings::new();
        let mut firewall = RequestFirewall::new();
        if let Some(hosts) = self.hosts
            && let Some(hosts) = problems.note("hosts", HostList::parse(hosts))
        {
            firewall = firewall.hosts(hosts);
        }
        if let Some(names) = self.methods {
            firewall = firewall.methods(methods(&names, &mut problems));
        }
        if let Some(bytes) = self.max_path {
            firewall = firewall.max_path(bytes);
        }
        if let Some(bytes) = self.max_query {
            firewall = firewall.max_query(bytes);
        }
        if let Some(lines) = self.max_fields {
            firewall = firewall.max_fields(lines);
        }
        if let Some(bytes) = self.max_fields_bytes {
            firewall = firewall.max_fields_bytes(bytes);
        }
        if self.insecure_allow_missing_host {
            firewall = firewall.insecure_allow_missing_host();
        }
        problems.into_result(firewall)
    }
}

fn methods(names: &[String], problems: &mut InvalidSettings) -> Vec<Method> {
    if names.is_empty() {
        problems.add("methods", "there is none");
    }
    let mut methods = Vec::new();
    for name in names {
        match Method::from_bytes(name.as_bytes()) {
            Ok(Method::TRACE | Method::CONNECT) => {
                problems.add("methods", format_args!("{name} is always refused"));
            }
            Ok(method) => methods.push(method),
            Err(_) => problems.add("methods", "one of them is no name of a method"),
        }
    }
    methods
}
