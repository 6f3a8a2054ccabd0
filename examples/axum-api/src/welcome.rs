use std::io::{self, Write};
use std::net::SocketAddr;

use crate::accounts::Accounts;
use crate::settings::{Profile, Settings};

/// Says where the service listens and, in the development profile, how to try it.
///
/// Passwords are shown only when they were made at start.
pub(crate) fn print(address: SocketAddr, settings: &Settings, accounts: &Accounts) {
    let mut text = format!("listening on http://{address}\n");
    if settings.told.profile == Profile::Development {
        text.push_str(&lines(address, accounts));
    }
    let mut out = io::stdout().lock();
    // Where nobody reads it, there is nobody to tell.
    let _closed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn lines(address: SocketAddr, accounts: &Accounts) -> String {
    let base = format!("http://{address}");
    let password = |name: &str| match accounts.made(name) {
        Some(password) => password.expose_secret().to_owned(),
        None => format!("$AXUM_API_USERS__{}__PASSWORD", name.to_uppercase()),
    };
    let log_in = |name: &str| {
        format!(
            "TOKEN=$(curl -s {base}/token -d grant_type=password -d username={name} \\\n      \
             --data-urlencode \"password={}\" | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')",
            password(name)
        )
    };
    let json = "-H \"Content-Type: application/json\"";
    let bearer = "-H \"Authorization: Bearer $TOKEN\"";
    format!(
        r#"
Development profile: keys and passwords that are not set last until it ends.

  Log in as alice, and use the token:
    {}
    curl -i {base}/protected {bearer}
    curl -i {base}/items {bearer} {json} -d '{{"name":"nail","quantity":100}}'
    curl -i {base}/items {bearer} {json} -d '{{"name":"","quantity":0,"tags":[7]}}'
    curl -i {base}/admin {bearer}        # 403: alice is no admin

  Make an API key, which is shown once, and use it; the same routes take either:
    KEY=$(curl -s {base}/keys {bearer} {json} -d '{{"name":"export","scopes":["items:write"]}}' \
      | sed 's/.*"key":"\([^"]*\)".*/\1/')
    curl -i {base}/protected -H "X-API-Key: $KEY"
    curl -i {base}/items -H "X-API-Key: $KEY" {json} -d '{{"name":"nail","quantity":100}}'
    curl -i {base}/keys {bearer}         # the key is not in the list
    for i in 1 2 3 4 5 6; do curl -i {base}/limited {bearer}; done  # the last one: 429

  What a browser asks for a front-end, the OpenAPI document, and a page to try it all:
    curl -i -X OPTIONS {base}/items -H "Origin: http://localhost:5173" \
      -H "Access-Control-Request-Method: POST" -H "Access-Control-Request-Headers: authorization"
    curl -i {base}/openapi.json
    open {base}/docs                     # "Authorize" logs in, as client "demo"

  Log in as admin:
    {}
    curl -i {base}/admin {bearer}

  HTTP Basic, what is public, and what goes wrong:
    curl -i {base}/basic -u "alice:{}"
    curl -i {base}/healthz
    curl -i {base}/error                 # 500: the cause is in the log alone
    curl -i {base}/protected             # 401: no token
    curl -i {base}/protected -H "Authorization: Bearer x.y.z"
    curl -i {base}/token -d grant_type=password -d username=alice -d password=wrong
"#,
        log_in("alice"),
        log_in("admin"),
        password("alice"),
    )
}
