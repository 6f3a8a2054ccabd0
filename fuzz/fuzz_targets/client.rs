//! What a client writes never decides who it is taken for.
#![no_main]

use std::net::IpAddr;

use bartizan_core::{ForwardedBy, TrustedProxies};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|written: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(written) else {
        return;
    };
    let proxy: IpAddr = [10, 0, 0, 1].into();
    let client: IpAddr = [198, 51, 100, 1].into();
    for (field, name, added) in [
        (
            ForwardedBy::XForwardedFor,
            "x-forwarded-for",
            "198.51.100.1",
        ),
        (ForwardedBy::Forwarded, "forwarded", "for=198.51.100.1"),
    ] {
        let proxies = TrustedProxies::parse(["10.0.0.0/8"]).unwrap().field(field);

        let mut headers = HeaderMap::new();
        headers.append(name, value.clone());
        let _ = proxies.client(proxy, &headers);
        assert_eq!(proxies.client(client, &headers).ip(), client, "not a proxy");

        headers.append(name, HeaderValue::from_static(added));
        assert_eq!(proxies.client(proxy, &headers).ip(), client, "own line");

        let same_line = [written, b", ", added.as_bytes()].concat();
        let mut headers = HeaderMap::new();
        headers.append(name, HeaderValue::from_bytes(&same_line).unwrap());
        assert_eq!(proxies.client(proxy, &headers).ip(), client, "same line");
    }
});
