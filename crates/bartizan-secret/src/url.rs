use std::fmt;

use url::Url;
use zeroize::Zeroize;

use crate::{MASK, Secret};

/// Shows where the URL leads, and nothing that lets one in.
///
/// | part | shown as |
/// |---|---|
/// | scheme, host, port, path | themselves |
/// | user and password | nothing |
/// | query, fragment | the mask: tokens and signatures travel there |
/// | all after the scheme, when there is no host | the mask |
/// | a path with `@` in it | the mask: it may be a password with a bare `/` |
///
/// A path that is itself a secret, as in the URL of a webhook, is shown: such a
/// URL is better kept as a [`SecretString`](crate::SecretString).
///
/// ```
/// use bartizan_secret::Secret;
/// use url::Url;
///
/// # fn main() -> Result<(), url::ParseError> {
/// let database = Secret::from(Url::parse("postgres://app:hunter2@db.example:5433/shop?sslkey=k")?);
///
/// assert_eq!(database.to_string(), "postgres://db.example:5433/shop?**********");
/// assert_eq!(database.expose_secret().password(), Some("hunter2"));
/// # Ok(())
/// # }
/// ```
impl From<Url> for Secret<Url> {
    fn from(url: Url) -> Self {
        Self::with(url, wipe, show)
    }
}

/// Takes the text out of the URL, which a `Url` gives away only as a whole.
fn wipe(url: &mut Url) {
    if let Ok(empty) = Url::parse("wiped:") {
        String::from(std::mem::replace(url, empty)).zeroize();
    }
}

fn show(url: &Url, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{}:", url.scheme())?;
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return f.write_str(MASK);
    };
    write!(f, "//{host}")?;
    if let Some(port) = url.port() {
        write!(f, ":{port}")?;
    }
    match url.path() {
        path if path.contains('@') => write!(f, "/{MASK}")?,
        path => f.write_str(path)?,
    }
    if url.query().is_some() {
        write!(f, "?{MASK}")?;
    }
    if url.fragment().is_some() {
        write!(f, "#{MASK}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_url_without_what_lets_one_in() {
        let table = [
            ("https://example.com", "https://example.com/"),
            ("https://user:pw@example.com/a/b", "https://example.com/a/b"),
            (
                "https://token@example.com:8443/",
                "https://example.com:8443/",
            ),
            ("https://:pw@example.com/", "https://example.com/"),
            ("redis://:p%40w@[::1]:6380/0", "redis://[::1]:6380/0"),
            (
                "https://example.com/a?sig=pw",
                "https://example.com/a?**********",
            ),
            (
                "https://example.com/a#pw",
                "https://example.com/a#**********",
            ),
            (
                "postgres://user:12/pw@example.com/db",
                "postgres://user:12/**********",
            ),
            ("postgres:user:pw@example.com/db", "postgres:**********"),
            ("postgres:/user:pw@example.com/db", "postgres:**********"),
            ("data:text/plain,pw", "data:**********"),
            ("file:///run/pw", "file:**********"),
        ];
        for (url, shown) in table {
            let secret = Secret::from(Url::parse(url).unwrap());

            assert_eq!(secret.to_string(), shown);
            assert_eq!(format!("{secret:?}"), shown);
            assert!(!shown.contains("pw"));
            #[cfg(feature = "serde")]
            assert_eq!(
                serde_json::to_string(&secret).unwrap(),
                format!("\"{shown}\"")
            );
        }
    }

    #[test]
    fn wiping_leaves_another_url() {
        let mut url = Url::parse("https://user:pw@example.com/").unwrap();

        wipe(&mut url);

        assert_eq!(url.as_str(), "wiped:");
    }

    #[cfg(feature = "serde")]
    #[test]
    fn is_read_from_a_string_and_its_errors_are_silent() {
        let read = |text| serde_json::from_str::<Secret<Url>>(text);

        assert_eq!(
            read(r#""https://a.example/""#).unwrap().to_string(),
            "https://a.example/"
        );
        let error = read(r#""https://user:hunter2@host:port/""#).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
