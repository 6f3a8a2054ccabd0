//! Tokens that are signed by `bartizan-jwt`.

use bartizan_jwt::{Algorithm, SigningKey, TokenSigner, Verifier};

use super::*;

#[tokio::test]
async fn rfc9068_6_a_token_has_all_that_an_access_token_needs() {
    let key = SigningKey::generate(Algorithm::EdDSA).unwrap();
    let verifier: Verifier = Verifier::builder(key.verifying_key(), [Algorithm::EdDSA])
        .issuer("https://id.example")
        .audience("https://api.example")
        .at_jwt()
        .build()
        .unwrap();
    let signer = TokenSigner::new(key, "https://id.example")
        .audience("https://api.example")
        .typ("at+jwt")
        .lifetime(Duration::from_secs(300));
    let hashed = HashedSecret::of(&SECRET.into()).unwrap();
    let client = Client::confidential("ledger", hashed)
        .grant(GrantType::ClientCredentials)
        .role("service")
        .scopes("read write".parse().unwrap());
    let endpoint = TokenEndpoint::new(MemoryClientStore::new([client]).unwrap(), signer);

    let form = with_secret("grant_type=client_credentials");
    let answer = send(&endpoint, post(&form)).await;

    let token = answer.json["access_token"].as_str().unwrap();
    let claims = verifier.verify(token).unwrap();
    assert_eq!(claims.subject.as_deref(), Some("client:ledger"));
    assert_eq!(claims.scope, "read write");
    assert_eq!(claims.roles, ["service"]);
    assert_eq!(answer.json["expires_in"], 300);
}
