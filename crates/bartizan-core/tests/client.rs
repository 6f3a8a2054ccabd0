//! Who the client is, behind proxies that are trusted or not.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use std::net::{IpAddr, SocketAddr};

use bartizan_core::{ClientAddr, FindClient, ForwardedBy, GuardLayer, TrustedProxies, socket_peer};
use bartizan_testkit::{Probe, assert_readiness, send};
use http::{HeaderMap, HeaderValue, Request};
use proptest::prelude::*;

#[test]
fn asvs_15_3_4_reads_x_forwarded_for_from_the_right() {
    let proxies = TrustedProxies::parse(["10.0.0.0/8", "192.0.2.7", "2001:db8:1::/48"]).unwrap();
    for (peer, lines, expected) in [
        // Nobody trusted vouches for the field.
        ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
        ("203.0.113.9", &["10.0.0.1"], "203.0.113.9"),
        // One proxy, and what the client wrote to the left of its word.
        ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["10.9.9.9, 198.51.100.1"], "198.51.100.1"),
        // Several proxies, several lines.
        (
            "10.0.0.1",
            &["6.6.6.6, 198.51.100.1, 192.0.2.7"],
            "198.51.100.1",
        ),
        (
            "10.0.0.1",
            &["6.6.6.6", "198.51.100.1", "10.0.0.2"],
            "198.51.100.1",
        ),
        (
            "2001:db8:1::9",
            &["2001:db8:2::1,2001:db8:1::1"],
            "2001:db8:2::1",
        ),
        // All trusted: the leftmost.
        ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", &[], "10.0.0.1"),
        // Ports, brackets, IPv4 in IPv6.
        ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", &["[2001:db8:2::1]:4711"], "2001:db8:2::1"),
        ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        // What is no address ends the walk at the proxy that vouched for it.
        ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", &["198.51.100.1, ,", ""], "198.51.100.1"),
        ("10.0.0.1", &["198.51.100.1, 10.0.0.256"], "10.0.0.1"),
        ("10.0.0.1", &[""], "10.0.0.1"),
    ] {
        let client = proxies.client(ip(peer), &headers("x-forwarded-for", lines));
        assert_eq!(client.ip(), ip(expected), "{peer} {lines:?}");
    }
}

#[test]
fn follows_no_more_than_64_proxies() {
    let proxies = TrustedProxies::parse(["10.0.0.0/8"]).unwrap();
    let chain = |length: usize| {
        let hops = (0..length).map(|hop| format!("10.1.0.{hop}"));
        let line = format!(
            "198.51.100.1, {}",
            hops.rev().collect::<Vec<_>>().join(", ")
        );
        proxies
            .client(ip("10.0.0.1"), &headers("x-forwarded-for", &[&line]))
            .ip()
    };

    assert_eq!(chain(63), ip("198.51.100.1"));
    assert_eq!(chain(64), ip("10.1.0.63"));
    assert_eq!(chain(200), ip("10.1.0.63"));
}

#[test]
fn takes_an_ipv4_network_that_is_mapped_into_ipv6() {
    let proxies = TrustedProxies::parse(["::ffff:10.0.0.0/104", "::ffff:192.0.2.1"]).unwrap();
    assert!(proxies.trusts(ip("10.1.2.3")));
    assert!(proxies.trusts(ip("192.0.2.1")));
    assert!(!proxies.trusts(ip("11.0.0.1")));
    assert!(TrustedProxies::parse(["::ffff:0:0/96"]).is_err());
}

#[test]
fn reads_forwarded_from_the_right() {
    let proxies = TrustedProxies::parse(["10.0.0.0/8"])
        .unwrap()
        .field(ForwardedBy::Forwarded);
    for (lines, expected) in [
        (&["for=198.51.100.1"][..], "198.51.100.1"),
        (
            &["for=6.6.6.6, for=198.51.100.1;proto=https"],
            "198.51.100.1",
        ),
        (
            &["for=6.6.6.6", "For=\"[2001:db8::1]:4711\""],
            "2001:db8::1",
        ),
        (&["for=198.51.100.1, for=10.0.0.2"], "198.51.100.1"),
        (&["for=198.51.100.1, for=_hidden"], "10.0.0.1"),
        (&["for=198.51.100.1, proto=https"], "10.0.0.1"),
        // A client's quote that is never closed swallows nothing of a proxy's.
        (&["for=\"6.6.6.6, for=198.51.100.1"], "198.51.100.1"),
        // A Host of the client's choice that a proxy quotes is no parameter.
        (
            &["for=198.51.100.1;host=\"x,for=6.6.6.6;a=\""],
            "198.51.100.1",
        ),
        (
            &["for=198.51.100.1;host=\"x\\\",for=6.6.6.6;a=\\\"\""],
            "198.51.100.1",
        ),
    ] {
        let client = proxies.client(ip("10.0.0.1"), &headers("forwarded", lines));
        assert_eq!(client.ip(), ip(expected), "{lines:?}");
    }
}

#[test]
fn reads_only_the_field_that_the_proxies_set() {
    let mut both = headers("x-forwarded-for", &["6.6.6.6"]);
    both.extend(headers("forwarded", &["for=198.51.100.1"]));
    let proxies = TrustedProxies::parse(["10.0.0.0/8"]).unwrap();
    let forwarded = proxies.clone().field(ForwardedBy::Forwarded);

    assert_eq!(proxies.client(ip("10.0.0.1"), &both).ip(), ip("6.6.6.6"));
    assert_eq!(
        forwarded.client(ip("10.0.0.1"), &both).ip(),
        ip("198.51.100.1")
    );
}

#[test]
fn trusts_nobody_by_default() {
    let headers = headers("x-forwarded-for", &["6.6.6.6"]);
    for peer in ["127.0.0.1", "10.0.0.1", "::1"] {
        let client = TrustedProxies::none().client(ip(peer), &headers);
        assert_eq!(client.ip(), ip(peer));
    }
}

#[test]
fn names_every_entry_that_is_no_network() {
    let parsed = TrustedProxies::parse(["10.0.0.0/8", "proxy", "0.0.0.0/0", "::/0", "10.0.0.0/33"]);
    let error = parsed.unwrap_err();

    assert_eq!(
        error.entries(),
        ["proxy", "0.0.0.0/0", "::/0", "10.0.0.0/33"]
    );
}

#[tokio::test]
async fn leaves_the_address_in_the_request_or_takes_a_stale_one_out() {
    let proxies = TrustedProxies::parse(["10.0.0.0/8"]).unwrap();
    let layer = GuardLayer::new(FindClient::behind(proxies).peer(socket_peer));
    let peer: SocketAddr = "10.0.0.1:4711".parse().unwrap();
    let mut request = Request::new(());
    request
        .headers_mut()
        .extend(headers("x-forwarded-for", &["198.51.100.1"]));
    request
        .extensions_mut()
        .insert(ClientAddr::new(ip("6.6.6.6")));

    let probe = Probe::new();
    send(&layer, &probe, request.clone()).await;
    assert_eq!(probe.last().unwrap().extensions().get::<ClientAddr>(), None);

    request.extensions_mut().insert(peer);
    send(&layer, &probe, request).await;
    let found = probe.last().unwrap().extensions().get().copied();
    assert_eq!(found, Some(ClientAddr::new(ip("198.51.100.1"))));
}

#[test]
fn keeps_the_contract_of_readiness() {
    let layer = GuardLayer::new(FindClient::behind(TrustedProxies::none()));
    assert_readiness(&layer, &Request::new(()));
}

proptest! {
    #[test]
    fn what_a_client_writes_never_hides_what_a_proxy_adds(
        written in "[ -~]{0,40}",
        has_own_line: bool,
    ) {
        for (field, name, added) in [
            (ForwardedBy::XForwardedFor, "x-forwarded-for", "198.51.100.1"),
            (ForwardedBy::Forwarded, "forwarded", "for=198.51.100.1"),
        ] {
            let lines = if has_own_line {
                vec![written.clone(), added.to_owned()]
            } else {
                vec![format!("{written}, {added}")]
            };
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            let proxies = TrustedProxies::parse(["10.0.0.0/8"]).unwrap().field(field);
            let client = proxies.client(ip("10.0.0.1"), &headers(name, &lines));
            prop_assert_eq!(client.ip(), ip("198.51.100.1"));
        }
    }

    #[test]
    fn makes_no_address_up_of_any_bytes(line in proptest::collection::vec(any::<u8>(), 0..60)) {
        if let Ok(value) = HeaderValue::from_bytes(&line) {
            for (field, name) in [
                (ForwardedBy::XForwardedFor, "x-forwarded-for"),
                (ForwardedBy::Forwarded, "forwarded"),
            ] {
                let proxies = TrustedProxies::parse(["10.0.0.0/8"]).unwrap().field(field);
                let mut headers = HeaderMap::new();
                headers.insert(name, value.clone());
                let client = proxies.client(ip("10.0.0.1"), &headers).ip();
                let text = String::from_utf8_lossy(&line);
                let is_named = client.is_ipv6() || text.contains(&client.to_string());
                prop_assert!(is_named || client == ip("10.0.0.1"));
            }
        }
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn headers(name: &'static str, lines: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(name, line.parse().unwrap());
    }
    headers
}
