//! What to try, printed when the service starts.

use std::io::{self, Write};
use std::net::SocketAddr;

use crate::settings::Settings;
use crate::tokens::Tokens;

pub(crate) fn print(address: SocketAddr, tokens: &Tokens, settings: &Settings) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "listening on {address}")?;
    let writer = tokens.secrets.iter().find(|(id, _)| *id == "writer");
    if let Some((id, secret)) = writer {
        let secret = match settings.writer_secret {
            Some(_) => "$TONIC_API_WRITER_SECRET",
            None => secret.expose_secret(),
        };
        writeln!(
            out,
            "\n  TOKEN=$(curl -s -u {id}:{secret} -d grant_type=client_credentials \\\n    \
             http://{address}/token | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')"
        )?;
    }
    writeln!(out, "  curl http://{address}/healthz")?;
    let options = if settings.reflection {
        "-plaintext"
    } else {
        "-plaintext -import-path examples/tonic-api/proto -proto ledger/v1/ledger.proto"
    };
    writeln!(
        out,
        "  grpcurl {options} -H \"authorization: Bearer $TOKEN\" \\\n    \
         -d '{{\"account\": \"rent\", \"cents\": 120000}}' {address} ledger.v1.Ledger/PostEntry"
    )?;
    out.flush()
}
