use super::shapes;

const KEY: &str = "bz_4fzZ3qXw0OaPn7RkT2mVbYc9LdEhGjU1sKxQ";
const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";

/// The text with `#` in place of what was found.
fn shown(text: &str) -> String {
    let mut shown = text.as_bytes().to_vec();
    let parts = shapes(text.as_bytes()).into_iter();
    for range in parts.filter(|range| !range.is_empty()).rev() {
        shown.splice(range, *b"#");
    }
    String::from_utf8(shown).unwrap()
}

#[test]
fn masks_the_values_of_fields_that_carry_credentials() {
    let table = [
        ("authorization: Bearer a b", "authorization: #"),
        (
            "Authorization:Basic YTpi\nhost: a",
            "Authorization:#\nhost: a",
        ),
        ("PROXY-AUTHORIZATION = x", "PROXY-AUTHORIZATION = #"),
        ("cookie: a=1; b=2", "cookie: #"),
        ("set-cookie: a=1; Path=/", "set-cookie: #"),
        ("x-api-key=abc", "x-api-key=#"),
        (
            r#"authorization="Bearer x" user="a""#,
            r##"authorization="#" user="a""##,
        ),
        (r#"{"cookie":"a=\"1\"","b":2}"#, r##"{"cookie":"#","b":2}"##),
        (
            r#"{"m":"{\"cookie\":\"a=1\",\"b\":2}"}"#,
            r##"{"m":"{\"cookie\":\"#\",\"b\":2}"}"##,
        ),
        (r#"("x-api-key", "abc")"#, r##"("x-api-key", "#")"##),
        (r#"("x-api-key", Some("abc"))"#, r#"("x-api-key", Some(#))"#),
        (
            "http.request.header.x_api_key='a' b",
            "http.request.header.x_api_key='#",
        ),
        (
            "\x1b[3mcookie\x1b[0m\x1b[2m=\x1b[0ma=1",
            "\x1b[3mcookie\x1b[0m\x1b[2m=\x1b[0m#",
        ),
        ("\x1b[3mcookie\x1b[0m=\"a=1\" b", "\x1b[3mcookie\x1b[0m=\"#"),
    ];
    for (text, expected) in table {
        assert_eq!(shown(text), expected);
    }
}

#[test]
fn masks_values_however_they_are_quoted_and_named() {
    let table = [
        (
            r#"authorization="Digest username="bob", response="x"" a=1"#,
            r##"authorization="#"##,
        ),
        (
            r#"authorization="Digest username="bob", response="x"""#,
            r##"authorization="#""##,
        ),
        ("cookie='a='x''", "cookie='#'"),
        (r#"cookie="{"a":"b"}; c=d""#, r##"cookie="#""##),
        (r#"cookie="a" b"#, r##"cookie="#"##),
        (r#"cookie="a", b=1"#, r##"cookie="#", b=1"##),
        (r#"{ "cookie": "a" }"#, r##"{ "cookie": "#" }"##),
        (r#"{"m":"cookie=\"a\""}"#, r##"{"m":"cookie=\"#\""}"##),
        (
            "(\n  \"cookie\",\n  \"sid=x\",\n)",
            "(\n  \"cookie\",\n  \"#\",\n)",
        ),
        (
            "{\n  \"cookie\": \"a\",\n  \"host\": \"b\",\n}",
            "{\n  \"cookie\": \"#\",\n  \"host\": \"b\",\n}",
        ),
        (
            "\"authorization\": [\n  \"Bearer ]x\",\n],\n\"host\"",
            "\"authorization\": [#],\n\"host\"",
        ),
        (
            "authorization: Some(\n  \"Bearer x\",\n) a",
            "authorization: Some(#) a",
        ),
        (
            r#"{"m":"{\n  \"cookie\": [\n  \"a\",\n  ],\n}"}"#,
            r#"{"m":"{\n  \"cookie\": [#],\n}"}"#,
        ),
        ("Cookie: a=1;\r\n b=x\r\nhost: a", "Cookie: #\nhost: a"),
        (
            "authorization:\n  Bearer x\nhost: a",
            "authorization:\n  #\nhost: a",
        ),
        ("authorization:\nhost: a", "authorization:\nhost: a"),
        ("HTTP_AUTHORIZATION=Basic x", "HTTP_AUTHORIZATION=#"),
        ("HTTP_COOKIE=x", "HTTP_COOKIE=#"),
        ("req_authorization=x", "req_authorization=#"),
        ("authorization_header=x", "authorization_header=#"),
        ("redirect_http_x_api_key=x", "redirect_http_x_api_key=#"),
        ("authorization -> x", "authorization -> #"),
        ("authorization->x", "authorization->#"),
        ("authorization[0]=x", "authorization[0]=#"),
        (r#"headers["cookie"] = "x""#, r##"headers["cookie"] = "#""##),
        (r#"{"cookie"=>&"x"}"#, r##"{"cookie"=>&"#"}"##),
        (
            r#"{"name":"Cookie","value":"x"}"#,
            r##"{"name":"Cookie","value":"#"}"##,
        ),
        (
            r#"Header { name: authorization, value: "x" }"#,
            r##"Header { name: authorization, value: "#" }"##,
        ),
        ("header.name=cookie value=x", "header.name=cookie value=#"),
    ];
    for (text, expected) in table {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn masks_tokens_and_keys() {
    let table: [(String, &str); _] = [
        (format!("got {JWT}, ok"), "got #, ok"),
        (format!("token={JWT}."), "token=#"),
        (format!("%20{JWT} x{JWT}"), "%20# x#"),
        (format!("eyJ.a-{JWT}"), "eyJ.a-#"),
        (format!("\x1b[{JWT}"), "\x1b[#"),
        (format!("key {KEY}!"), "key #!"),
        (format!("a.{KEY}.b"), "a.#.b"),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4a".into(), "#"),
        ("id AKIAIOSFODNN7EXAMPLE.".into(), "id #."),
        (
            "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\nx".into(),
            "#\nx",
        ),
        (
            r"k-----BEGIN EC PRIVATE KEY-----\nM\n-----END EC PRIVATE KEY-----x".into(),
            "k#x",
        ),
        ("a -----BEGIN PGP PRIVATE KEY BLOCK-----\nMII".into(), "a #"),
        (
            "a eyJhbGciOiJkaXIifQ..aXZpdml2.Y2lwaGVy.dGFn b".into(),
            "a # b",
        ),
        ("eyAiYWxnIjogIkhTMjU2IiB9.eyJhIjoxfQ.c2ln".into(), "#"),
        ("t=ewogICJhbGciOiAiSFMyNTYiCn0.ewogfQ.c2ln".into(), "t=#"),
        (format!("{KEY}-old"), "#"),
        ("sk-proj-Ab3dEf6hIj_kLm4oPq-RsTu5Wx_YzAb9De".into(), "#"),
        (
            "sk-ant-api03-Ab3dEf6hIjkLm4oPqRsTu5WxYzAb9De-KQAA".into(),
            "#",
        ),
        ("glpat-abcdefghijklmnopqrst".into(), "#"),
        (
            "?key=AIzaSyabcdefghijklmnopqrstuvwxyz-_12345&a".into(),
            "?key=#&a",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(shown(&text), expected);
    }
}

#[test]
fn leaves_other_text_alone() {
    let table = [
        "we check authorization, then the cookie",
        "authorization failed",
        "cookies: 3",
        "request_id=4bf92f3577b34da6a3ce929d0e0e4736 trace_4bf92f3577b34da6a3ce929d0e0e4736",
        "internationalization_serviceimplementationfactory",
        "bartizan_secret::settings::Loader",
        "eyJhbGciOiJIUzI1NiJ9",
        "eyJ.eyJ.",
        "www.example.com 2026-01-01T00:00:00.000000Z 550e8400-e29b-41d4-a716-446655440000",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----",
        "tower_cookie::layer: ready",
        "monkeyAgentConfiguration.service.run.it eyAgentConfigurationService.aaaa.bbbb",
        "web-deployment-7d9f8b6c5d-x2k4z glpat-x req-550e8400-e29b-41d4-a716-446655440000",
        "AKIAIOSFODNN7EXAMPL AKIAIOSFODNN7EXAMPLES",
    ];
    for text in table {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn takes_a_mebibyte_of_hostile_text() {
    // A pass for each word instead of one for all would take minutes, and run
    // into the limit of the suite.
    let table = [
        "eyJ",
        "eyJa.",
        "eyJaaaa.aaaa.",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "cookie",
        "cookie ",
        "cookie=\"",
        "cookie=\\",
        "cookie\\\"",
        "cookie,",
        "cookie[0",
        "cookie=[",
        "cookie=(\"",
        "cookie=\"\\",
        "cookie=\\\"\" ",
        "\" a",
        "\",\\n",
        "cookie:\n ",
        "eyA",
        "\x1b[",
        "\x1b[0",
        "a_",
        "_",
        ".",
    ];
    for part in table {
        let text = part.repeat(1024 * 1024 / part.len());
        for range in shapes(text.as_bytes()) {
            assert!(range.start <= range.end && range.end <= text.len());
        }
    }
}
