//! Passwords that pages of other origins send.

use super::password::{Users, endpoint_with};
use super::*;

const LOGIN: &str = "grant_type=password&username=alice&password=correct+horse";

fn login(fields: &[(&'static str, &str)]) -> Request<Full<bytes::Bytes>> {
    let mut request = post(LOGIN);
    request
        .headers_mut()
        .insert("host", "api.example.com".parse().unwrap());
    for (name, value) in fields {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    request
}

const SITE: &str = "sec-fetch-site";

#[tokio::test]
async fn csrf_10_no_page_of_another_origin_logs_in() {
    let endpoint = endpoint_with(Users::default());
    let table: [(&[(&str, &str)], u16); 17] = [
        (&[], 200),
        (&[(SITE, "same-origin")], 200),
        (&[(SITE, "none")], 200),
        (
            &[(SITE, "same-origin"), ("origin", "https://api.example.com")],
            200,
        ),
        // A proxy that changes the host does not matter where the browser says it all.
        (
            &[(SITE, "same-origin"), ("origin", "https://public.example")],
            200,
        ),
        (&[("origin", "https://api.example.com")], 200),
        (&[("origin", "http://API.example.com")], 200),
        (&[(SITE, "cross-site")], 403),
        (&[(SITE, "same-site")], 403),
        (&[(SITE, "Same-Origin")], 403),
        (&[(SITE, "same-origin"), (SITE, "same-origin")], 403),
        (
            &[(SITE, "cross-site"), ("origin", "https://api.example.com")],
            403,
        ),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "https://api.example.com:8443")], 403),
        (&[("origin", "null")], 403),
        (&[("origin", "https://user@api.example.com")], 403),
        (
            &[
                ("origin", "https://api.example.com"),
                ("origin", "https://evil.example"),
            ],
            403,
        ),
    ];
    for (fields, status) in table {
        let answer = send(&endpoint, login(fields)).await;
        assert_eq!(answer.status, status, "{fields:?}");
        if status == 403 {
            assert_eq!(answer.error(), "access_denied");
        }
    }
}

#[tokio::test]
async fn csrf_7_the_origin_of_a_front_end_is_trusted_as_a_whole() {
    let trusting = endpoint_with(Users::default())
        .passwords_from(|origin| origin == "https://app.example.com");
    for (site, origin, status) in [
        ("same-site", "https://app.example.com", 200),
        ("cross-site", "https://app.example.com", 200),
        ("same-site", "http://app.example.com", 403),
        ("same-site", "https://app.example.com:8443", 403),
        ("cross-site", "https://evil.example", 403),
        ("cross-site", "null", 403),
    ] {
        let answer = send(&trusting, login(&[(SITE, site), ("origin", origin)])).await;
        assert_eq!(answer.status, status, "{site} {origin}");
    }
    let without = send(&trusting, login(&[(SITE, "cross-site")])).await;
    assert_eq!(without.status, 403);
}

#[tokio::test]
async fn the_verifier_is_not_asked_about_a_password_of_another_origin() {
    let users = Users::default();
    let endpoint = endpoint_with(users.clone());
    let evil = [(SITE, "cross-site"), ("origin", "https://evil.example")];
    send(&endpoint, login(&evil)).await;
    assert_eq!(users.asked(), 0);
    send(&endpoint, login(&[])).await;
    assert_eq!(users.asked(), 1);
}
