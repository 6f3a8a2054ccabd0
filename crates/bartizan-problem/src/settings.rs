use bartizan_core::{InvalidSettings, TrustedProxies};
use http::HeaderName;
use serde::Deserialize;

use crate::ProblemLayer;

/// [`ProblemLayer`] as settings.
///
/// ```
/// use bartizan_problem::ProblemSettings;
///
/// let settings: ProblemSettings = serde_json::from_str(
///     r#"{"types_at": "https://api.example.com/problems/", "trusted_proxies": ["10.0.0.0/8"]}"#,
/// )?;
/// let layer = settings.build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ProblemSettings {
    /// What is put before the slug of a problem to make its type, an absolute URI.
    /// Default: none; types are `about:blank`.
    pub types_at: Option<String>,
    /// The field that carries correlation ids, whose name ends in `-id` and is not like
    /// that of a session or of a credential. Default: `x-request-id`.
    pub id_field: Option<String>,
    /// Addresses and networks of the proxies whose correlation ids are taken over.
    /// Default: none.
    pub trusted_proxies: Vec<String>,
    /// Whether errors without content get the details of their status. Default: true.
    pub fill_empty: Option<bool>,
    /// Whether a handler's own problem details are shown with a status of 500 or
    /// above, too. Default: false.
    pub keep_own_problems: bool,
}

impl ProblemSettings {
    /// Makes the layer.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidSettings`] with every setting that is wrong.
    pub fn build(&self) -> Result<ProblemLayer, InvalidSettings> {
        let mut problems = InvalidSettings::new();
        let mut layer = ProblemLayer::new()
            .fill_empty(self.fill_empty.unwrap_or(true))
            .keep_own_problems(self.keep_own_problems);
        if let Some(base) = &self.types_at {
            let typed = layer.clone().types_at(base.trim());
            layer = problems.note("types_at", typed).unwrap_or(layer);
        }
        if let Some(name) = &self.id_field {
            match HeaderName::try_from(name.trim()) {
                Ok(name) => {
                    let named = layer.clone().id_field(name);
                    layer = problems.note("id_field", named).unwrap_or(layer);
                }
                Err(_) => problems.add("id_field", "no name of a field"),
            }
        }
        if !self.trusted_proxies.is_empty() {
            let proxies = TrustedProxies::parse(&self.trusted_proxies);
            if let Some(proxies) = problems.note("trusted_proxies", proxies) {
                layer = layer.ids_from(proxies);
            }
        }
        problems.into_result(layer)
    }
}
