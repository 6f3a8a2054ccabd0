use std::fmt;
use std::sync::{Arc, OnceLock};

use arc_swap::{ArcSwap, Guard};

use crate::config::Config;
use crate::{CorsBuilder, InvalidCors, Profile};

/// Cross-origin resource sharing: a guard that answers preflights and marks responses.
///
/// See the [crate documentation](crate) for an example. Cloning it costs one reference
/// count, and clones share what a [`CorsHandle`] replaces.
#[derive(Clone)]
#[must_use]
pub struct Cors {
    pub(crate) config: Arc<Current>,
}

/// The configuration that requests are judged by.
///
/// Most are never replaced, and then a request does without the steps that it takes to
/// read what may change meanwhile.
pub(crate) struct Current {
    first: Arc<Config>,
    replaced: OnceLock<ArcSwap<Config>>,
}

impl Current {
    /// Returns the configuration that the first one was replaced by, if it was.
    #[inline]
    pub(crate) fn replaced(&self) -> Option<Guard<Arc<Config>>> {
        self.replaced.get().map(ArcSwap::load)
    }

    /// Returns the configuration that holds until it is replaced.
    #[inline]
    pub(crate) const fn first(&self) -> &Arc<Config> {
        &self.first
    }

    fn load(&self) -> Arc<Config> {
        let replaced = self.replaced();
        Arc::clone(replaced.as_deref().unwrap_or(&self.first))
    }

    fn replace(&self, config: Arc<Config>) {
        let begin = || ArcSwap::new(Arc::clone(&config));
        self.replaced.get_or_init(begin).store(config);
    }
}

impl Cors {
    /// Begins a configuration in which nothing is allowed.
    pub fn builder() -> CorsBuilder {
        CorsBuilder::default()
    }

    /// Makes a guard for the machine of a developer: every page from this machine may
    /// do everything.
    ///
    /// Three things keep it out of production, each by itself: `profile` has to be
    /// [`Profile::Development`], which the service reads from its settings; the crate
    /// has to be compiled with debug assertions, which cargo's `release` profile leaves
    /// out; and even then the origins are those on `localhost` and loopback addresses,
    /// which no other machine serves.
    ///
    /// # Errors
    ///
    /// Returns [`CorsProblem::Development`](crate::CorsProblem::Development) under
    /// another profile, or without debug assertions.
    ///
    /// # Example
    ///
    /// ```
    /// use bartizan_cors::{Cors, Profile};
    ///
    /// assert!(Cors::development(Profile::Production).is_err());
    /// assert_eq!(Cors::development(Profile::Development).is_ok(), cfg!(debug_assertions));
    /// ```
    pub fn development(profile: Profile) -> Result<Self, InvalidCors> {
        profile.permit_development(cfg!(debug_assertions))?;
        Self::builder()
            .origins([
                "http://localhost:*",
                "https://localhost:*",
                "http://*.localhost:*",
                "https://*.localhost:*",
                "http://127.0.0.1:*",
                "https://127.0.0.1:*",
                "http://[::1]:*",
                "https://[::1]:*",
            ])
            .any_method()
            .any_request_header()
            .expose_security_headers()
            .credentials(true)
            .max_age(std::time::Duration::ZERO)
            .build()
    }

    /// Returns what replaces the configuration while requests are judged.
    #[must_use]
    pub fn handle(&self) -> CorsHandle {
        CorsHandle {
            config: Arc::clone(&self.config),
        }
    }

    pub(crate) fn new(config: Config) -> Self {
        Self {
            config: Arc::new(Current {
                first: Arc::new(config),
                replaced: OnceLock::new(),
            }),
        }
    }
}

impl fmt::Debug for Cors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cors").field(&self.config.load()).finish()
    }
}

/// Replaces the configuration of a [`Cors`] and of all its clones.
///
/// # Example
///
/// ```
/// use bartizan_cors::Cors;
///
/// let cors = Cors::builder().origins(["https://app.example.com"]).build()?;
/// let handle = cors.handle();
///
/// // The guard is a part of the service by now; the settings change.
/// handle.replace(&Cors::builder().origins(["https://next.example.com"]).build()?);
/// # Ok::<(), bartizan_cors::InvalidCors>(())
/// ```
#[derive(Clone)]
pub struct CorsHandle {
    config: Arc<Current>,
}

impl CorsHandle {
    /// Judges requests by the configuration of `cors` from now on.
    ///
    /// It takes effect at once and as a whole: a request that came before is answered
    /// by what it was judged by. What `cors` is replaced by later does not follow.
    pub fn replace(&self, cors: &Cors) {
        self.config.replace(cors.config.load());
    }
}

impl fmt::Debug for CorsHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsHandle").finish_non_exhaustive()
    }
}
