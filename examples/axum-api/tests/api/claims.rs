//! What clients say of themselves and of their requests, and nobody has vouched for.

use crate::http::get;
use crate::server::Server;

#[test]
fn asvs_8_3_1_nobody_is_an_admin_by_saying_so() {
    // Whoever stands before the service may find out the address, and nothing else.
    for proxies in [None, Some("127.0.0.0/8")] {
        let server = Server::start_with(&[("AXUM_API_TRUSTED_PROXIES", proxies)]);
        let alice = server.token("alice");

        for (name, value) in [
            ("x-user", "admin"),
            ("x-user-id", "admin"),
            ("x-role", "admin"),
            ("x-roles", "admin"),
            ("x-scopes", "admin"),
            ("x-forwarded-user", "admin"),
            ("x-forwarded-groups", "admin"),
            ("x-auth-request-user", "admin"),
            ("x-remote-user", "admin"),
            ("remote-user", "admin"),
            ("x-authenticated", "true"),
            ("client-cert", ":YWRtaW4=:"),
            ("cookie", "user=admin; role=admin"),
            ("x-forwarded-for", "127.0.0.1"),
            ("forwarded", "for=127.0.0.1"),
        ] {
            for path in ["/admin", "/admin?user=admin&role=admin"] {
                let request = get(path).header(name, value);
                assert_eq!(server.send(&request).status, 401, "{name}");
                let request = request.bearer(&alice);
                assert_eq!(server.send(&request).status, 403, "{name}");
            }
        }
    }
}

#[test]
fn cve_2026_40575_no_field_says_which_path_it_is() {
    for proxies in [None, Some("127.0.0.0/8")] {
        let server = Server::start_with(&[("AXUM_API_TRUSTED_PROXIES", proxies)]);

        for name in [
            "x-forwarded-uri",
            "x-forwarded-path",
            "x-forwarded-prefix",
            "x-forwarded-method",
            "x-envoy-original-path",
            "x-auth-request-redirect",
            "x-real-url",
        ] {
            for path in ["/protected", "/admin"] {
                let answer = server.send(&get(path).header(name, "/healthz"));
                assert_eq!(answer.status, 401, "{name}: {path}");
            }
        }
        for name in ["x-original-url", "x-rewrite-url", "x-http-method-override"] {
            let answer = server.send(&get("/protected").header(name, "/healthz"));
            assert_eq!(answer.status, 400, "{name}");
        }
    }
}

#[test]
fn cve_2026_41059_a_fragment_makes_nothing_public() {
    let server = Server::start();

    for (path, status) in [
        ("/protected#/healthz", 401),
        ("/protected#", 401),
        ("/admin?#/healthz", 401),
        ("/protected%23/healthz", 404),
        ("/healthz%23", 404),
        ("/healthz%23/../protected", 400),
        // Ends before the fragment, wherever that points.
        ("/healthz#/protected", 200),
    ] {
        let answer = server.send(&get(path));
        assert_eq!(answer.status, status, "{path}\n{answer:?}");
    }
}

#[test]
fn cve_2026_34457_who_says_to_be_a_health_check_may_ask_for_health() {
    let server = Server::start_with(&[("AXUM_API_ADDRESS_QUOTA", Some("20/hour"))]);
    let agents = [
        "GoogleHC/1.0",
        "kube-probe/1.32",
        "ELB-HealthChecker/2.0",
        "Envoy/HC",
        "Prometheus/3.0",
    ];

    for agent in agents {
        for path in ["/protected", "/admin", "/keys"] {
            let answer = server.send(&get(path).header("user-agent", agent));
            assert_eq!(answer.status, 401, "{agent}: {path}");
        }
    }
    // Nor is it spared of what is counted.
    let check = get("/protected").header("user-agent", agents[0]);
    let mut statuses = (0..6).map(|_| server.send(&check).status);
    assert!(statuses.any(|status| status == 429));
}
