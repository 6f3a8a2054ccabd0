//! Where everything is.

pub(crate) const ADMIN: &str = "/admin";
pub(crate) const BASIC: &str = "/basic";
pub(crate) const DOCS: &str = "/docs";
pub(crate) const DOCS_FILE: &str = "/docs/{file}";
pub(crate) const DOCUMENT: &str = "/openapi.json";
pub(crate) const ERROR: &str = "/error";
pub(crate) const HEALTH: &str = "/healthz";
pub(crate) const ITEMS: &str = "/items";
pub(crate) const KEY: &str = "/keys/{id}";
pub(crate) const KEYS: &str = "/keys";
pub(crate) const KEY_ROTATE: &str = "/keys/{id}/rotate";
pub(crate) const LIMITED: &str = "/limited";
pub(crate) const PROTECTED: &str = "/protected";
pub(crate) const TOKEN: &str = "/token";
