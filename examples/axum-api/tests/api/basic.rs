//! `GET /basic`.

use crate::assert_challenged;
use crate::http::{base64, get};
use crate::server::{ADMIN, ALICE, Server};

const CHALLENGE: &str = r#"Basic realm="api", charset="UTF-8""#;

#[test]
fn rfc7617_2_name_and_password_are_taken() {
    let server = Server::start();

    for (user, password) in [("alice", ALICE), ("admin", ADMIN)] {
        let answer = server.send(&get("/basic").basic(user, password));
        assert_eq!(
            (answer.status, answer.body),
            (200, format!("Hello, {user}!"))
        );
    }
}

/// With Basic every request is a login, and a page makes many at once.
#[test]
fn all_of_many_requests_at_once_are_let_in() {
    let server = Server::start();
    let request = get("/basic").basic("alice", ALICE);

    for _ in 0..2 {
        let address = server.address();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let ask = || scope.spawn(|| request.send(address).status);
            let asked: Vec<_> = (0..20).map(|_| ask()).collect();
            asked.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses, [200; 20]);
    }
}

#[test]
fn rfc7617_2_what_is_wrong_is_challenged() {
    let server = Server::start();
    let token = server.token("alice");
    let field = |value: &str| get("/basic").header("authorization", value);

    for request in [
        get("/basic"),
        get("/basic").basic("alice", "wrong"),
        get("/basic").basic("alice", ""),
        get("/basic").basic("", ""),
        get("/basic").basic("mallory", ALICE),
        get("/basic").basic("Alice", ALICE),
        get("/basic").bearer(&token),
        field("Basic"),
        field("Basic !!!"),
        field(&format!("Basic {}", base64("alice"))),
        field(&format!("Basic {}=", base64(&format!("alice:{ALICE}")))),
        field(&format!("Basic {}", "A".repeat(20_000))),
    ] {
        assert_challenged(&server.send(&request), &[CHALLENGE]);
    }
    let twice = get("/basic").basic("alice", ALICE).basic("alice", ALICE);
    assert_eq!(server.send(&twice).status, 400);
}
