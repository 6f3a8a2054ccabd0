use serde::Deserialize;

use crate::{Cors, CorsBuilder, InvalidCors};

/// The configuration as it stands in files and environment variables.
///
/// Everything has a default, with which nothing is allowed; fields that are not known
/// are refused. Each is called as the method of [`CorsBuilder`] that it is given to,
/// and as the mistakes that [`build`](Self::build) reports.
///
/// # Example
///
/// ```
/// use bartizan_cors::CorsSettings;
///
/// let settings: CorsSettings = serde_json::from_str(
///     r#"{ "origins": ["https://*.example.com"], "methods": ["PUT"], "max_age": 600 }"#,
/// )?;
/// let cors = settings.build()?;
///
/// let settings: CorsSettings =
///     serde_json::from_str(r#"{ "origins": ["null"], "max_age": 100000 }"#)?;
/// assert_eq!(
///     settings.build().unwrap_err().to_string(),
///     "2 problems in the cors settings\n  \
///      origins: \"null\": null is no origin that can be trusted\n  \
///      max_age: 100000 is not a number of seconds from -1 to 86400",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CorsSettings {
    /// Origins and [patterns](crate::OriginPattern); `*` for all, without credentials.
    /// Empty by default, which is refused.
    pub origins: Vec<String>,
    /// Methods beside `GET`, `HEAD` and `POST`; `*` for all. Empty by default.
    pub methods: Vec<String>,
    /// Request headers; `*` for all but, without credentials, `Authorization`. Empty by
    /// default.
    pub request_headers: Vec<String>,
    /// Response headers that pages may read; `*` for all, without credentials. Empty by
    /// default.
    pub expose_headers: Vec<String>,
    /// Whether to expose what guards say, as
    /// [`CorsBuilder::expose_security_headers`] does. `false` by default.
    pub expose_security_headers: bool,
    /// Whether to allow what gRPC-Web needs, as [`CorsBuilder::grpc_web`] does. `false`
    /// by default.
    pub grpc_web: bool,
    /// Whether pages may send what the browser keeps, cookies above all. `false` by
    /// default.
    pub credentials: bool,
    /// How long browsers may remember the answer to a preflight, in seconds: up to
    /// 86400; 0 or -1 for not at all. By default browsers decide.
    pub max_age: Option<i64>,
    /// Whether to answer 403 to every request with an origin that is not allowed.
    /// `false` by default.
    pub enforce_origin: bool,
    /// Whether origins without `https` may go with credentials. `false` by default.
    pub insecure_origins: bool,
    /// Whether names that anybody can register may go with credentials. `false` by
    /// default.
    pub insecure_public_suffixes: bool,
}

impl CorsSettings {
    /// Checks everything, and makes the guard.
    ///
    /// # Errors
    ///
    /// Returns all that is wrong, each with the setting and the value that is.
    pub fn build(self) -> Result<Cors, InvalidCors> {
        self.into_builder().build()
    }

    /// Returns the same as a builder, to which predicates can be added.
    pub fn into_builder(self) -> CorsBuilder {
        let mut builder = Cors::builder()
            .origins(self.origins)
            .methods(self.methods)
            .request_headers(self.request_headers)
            .expose_headers(self.expose_headers)
            .credentials(self.credentials)
            .enforce_origin(self.enforce_origin)
            .insecure_origins(self.insecure_origins)
            .insecure_public_suffixes(self.insecure_public_suffixes);
        if self.expose_security_headers {
            builder = builder.expose_security_headers();
        }
        if self.grpc_web {
            builder = builder.grpc_web();
        }
        builder.max_age = self.max_age;
        builder
    }
}
