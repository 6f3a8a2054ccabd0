//! Whose an object is (OWASP API1:2023).

use std::error::Error as _;

use bartizan_core::{BoxError, Principal, Protocol, Rejection, Reply, RequestHead};
use bartizan_rbac::{
    Authorized, ObjectPolicy, Permissions, PolicySource, Question, RoleHierarchy, Ruling, consult,
    custom, not, permission, relation, role, scope, try_relation,
};
use http::Request;

#[derive(Clone, Debug)]
struct Note {
    owner: &'static str,
    team: &'static str,
}

/// Who may read and delete a note of Alice, in Alice's team.
const GOLDEN: [(&str, &str, &str, bool, bool); 7] = [
    ("alice", "red", "member", true, true),
    ("bob", "red", "member", true, false),
    ("carol", "blue", "member", false, false),
    ("carol", "blue", "moderator", true, true),
    ("carol", "blue", "admin", true, true),
    ("Alice", "blue", "member", false, false),
    ("", "", "", false, false),
];

#[derive(Clone)]
struct Team(&'static str);

#[test]
fn api1_and_asvs_8_2_2_an_object_is_for_whom_it_is() {
    let permissions = Permissions::new([("moderator", ["notes:all"])]).unwrap();
    let roles = RoleHierarchy::parse(["admin > moderator"]).unwrap();
    let roles = roles.permissions(&permissions);
    let note = Note {
        owner: "alice",
        team: "red",
    };

    for (subject, team, role, reads, deletes) in GOLDEN {
        let principal = Principal::builder(subject).role(role).attribute(Team(team));
        let principal = principal.build();
        for (policy, expected) in [(may_read(), reads), (may_delete(), deletes)] {
            assert_eq!(
                policy.holds(&principal, &note, &roles),
                expected,
                "{subject}"
            );
            let authorized = policy.authorize(&principal, note.clone(), &roles);
            assert_eq!(authorized.is_ok(), expected, "{subject}");
            if let Ok(note) = authorized {
                assert_eq!(note.into_inner().owner, "alice");
            }
        }
    }
}

#[test]
fn asvs_8_4_1_no_role_reaches_into_another_tenant() {
    let same_team = relation("team", |who: &Principal, note: &Note| {
        who.attribute::<Team>()
            .is_some_and(|team| team.0 == note.team)
    });
    let policy = same_team.and(may_delete()).hide_as_not_found();
    let permissions = Permissions::new([("moderator", ["notes:all"])]).unwrap();
    let roles = RoleHierarchy::parse(["admin > moderator"]).unwrap();
    let roles = roles.permissions(&permissions);

    for (subject, team, role, expected) in [
        ("alice", Some("red"), "member", true),
        ("bob", Some("red"), "member", false),
        ("bob", Some("red"), "admin", true),
        ("bob", Some("blue"), "admin", false),
        ("bob", Some("Red"), "admin", false),
        ("bob", None, "admin", false),
        // There is an alice in each.
        ("alice", Some("blue"), "member", false),
        ("alice", None, "member", false),
    ] {
        let mut principal = Principal::builder(subject).role(role);
        if let Some(team) = team {
            principal = principal.attribute(Team(team));
        }
        let note = Note {
            owner: "alice",
            team: "red",
        };
        let authorized = policy.authorize(&principal.build(), note, &roles);
        assert_eq!(answer(authorized) == 200, expected, "{subject} {team:?}");
    }
}

#[test]
fn who_may_not_is_answered_403_or_sees_nothing() {
    let nobody = Principal::builder("carol").build();
    let note = || Note {
        owner: "alice",
        team: "red",
    };
    let flat = RoleHierarchy::default();

    let open = may_delete().authorize(&nobody, note(), &flat).unwrap_err();
    assert_eq!(open.status().as_u16(), 403);
    assert!(!open.is_hidden());
    assert_eq!(
        open.source().unwrap().to_string(),
        "missing: relation \"owner\" or (permission notes:all)"
    );
    let hidden = may_read().authorize(&nobody, note(), &flat).unwrap_err();
    assert!(hidden.is_hidden());
    assert!(!format!("{hidden} {hidden:?}").contains("owner"));
}

#[test]
fn conditions_are_joined_as_they_read() {
    let own = || {
        relation("owner", |who: &Principal, note: &Note| {
            who.subject() == note.owner
        })
    };
    let flat = RoleHierarchy::default();
    let note = Note {
        owner: "alice",
        team: "red",
    };
    let policy = own().and(scope("notes")).or(role("admin"));
    for (who, expected) in [
        (Principal::builder("alice").build(), false),
        (Principal::builder("alice").scope("notes").build(), true),
        (Principal::builder("bob").scope("notes").build(), false),
        (Principal::builder("bob").role("admin").build(), true),
    ] {
        assert_eq!(policy.holds(&who, &note, &flat), expected, "{who:?}");
    }
    assert_eq!(
        format!("{policy:?}"),
        r#"ObjectPolicy((relation "owner" and (scope notes)) or (role admin))"#
    );
    assert!(!format!("{:?}", own().or(own().hide_as_not_found())).is_empty());
}

#[tokio::test]
async fn a_hidden_object_looks_like_one_that_is_not_there() {
    let nobody = Principal::builder("carol").build();
    let note = Note {
        owner: "alice",
        team: "red",
    };
    let flat = RoleHierarchy::default();
    let hidden = may_read().authorize(&nobody, note.clone(), &flat);
    let hidden = hidden.unwrap_err();

    let grpc = hidden.clone().into_response(Protocol::Grpc);
    assert_eq!(grpc.headers()["grpc-status"], "5");
    assert!(!grpc.headers().contains_key("grpc-message"));
    let http = hidden.into_response(Protocol::Http);
    assert_eq!(http.status().as_u16(), 404);
    assert!(http.headers().is_empty());

    let request = Request::new(());
    let head = RequestHead::of(&request);
    let policy = may_read();
    let hidden = policy.authorize_request(&nobody, note, &flat, head);
    let grpc = hidden.await.unwrap_err().into_response(Protocol::Grpc);
    assert_eq!(grpc.headers()["grpc-status"], "5");
}

/// Answers at once or later.
#[derive(Debug)]
struct Source(fn() -> Result<Ruling, BoxError>, bool);

impl PolicySource for Source {
    fn name(&self) -> &str {
        "source"
    }

    fn decide(&self, question: &Question<'_>) -> Reply<Result<Ruling, BoxError>> {
        assert_eq!(question.head.uri().path(), "/notes/1");
        assert_eq!(question.action, "read");
        let answer = (self.0)();
        match self.1 {
            true => Reply::Wait(Box::pin(async move {
                tokio::task::yield_now().await;
                answer
            })),
            false => Reply::Ready(answer),
        }
    }
}

/// What is answered with a request, and without one.
#[tokio::test]
async fn what_is_about_a_request_is_asked_of_one_and_never_taken_for_no() {
    fn owns() -> ObjectPolicy<Note> {
        relation("owner", |who: &Principal, note: &Note| {
            who.subject() == note.owner
        })
    }
    fn fails() -> ObjectPolicy<Note> {
        try_relation("shared", |_: &Principal, _: &Note| {
            Err::<bool, BoxError>("connection refused".into())
        })
    }
    let asks =
        |answer: fn() -> Result<Ruling, BoxError>, waits| consult(Source(answer, waits), "read");
    let at_home = || custom("at home", |_, head| head.uri().path() == "/notes/1");
    let flat = RoleHierarchy::default();
    let note = Note {
        owner: "alice",
        team: "red",
    };
    let request = Request::get("/notes/1").body(()).unwrap();

    for waits in [false, true] {
        let permits = || asks(|| Ok(Ruling::Permit), waits);
        let denies = || asks(|| Ok(Ruling::Deny), waits);
        let forbids = || asks(|| Ok(Ruling::Forbid), waits);
        let broken = || asks(|| Err("down".into()), waits);
        for (who, policy, without, with) in [
            ("alice", owns(), 200, 200),
            ("bob", owns(), 403, 403),
            ("bob", owns().or(permits()), 503, 200),
            ("bob", owns().or(denies()), 503, 403),
            ("bob", owns().or(broken()), 503, 503),
            ("bob", owns().and(permits()), 403, 403),
            ("alice", owns().and(permits()), 503, 200),
            // A source may forbid what the rest permits.
            ("alice", owns().or(permits()), 503, 200),
            ("alice", owns().or(forbids()), 503, 403),
            ("alice", owns().or(broken()), 503, 503),
            ("bob", owns().or(at_home()), 503, 200),
            ("bob", owns().or(not(at_home())), 503, 403),
            ("alice", owns().or(not(at_home())), 200, 200),
            ("alice", owns().or(fails()), 200, 200),
            ("bob", owns().or(fails()), 503, 503),
            ("bob", owns().and(fails()), 403, 403),
            ("alice", fails().and(owns()).hide_as_not_found(), 503, 503),
            ("bob", fails().and(permits()), 503, 503),
        ] {
            let who = Principal::builder(who).build();
            let sync = policy.authorize(&who, note.clone(), &flat);
            let head = RequestHead::of(&request);
            let later = policy.authorize_request(&who, note.clone(), &flat, head);
            assert_eq!(answer(sync), without, "{policy} of {who:?}");
            assert_eq!(answer(is_send(later).await), with, "{policy} of {who:?}");
            assert_eq!(policy.holds(&who, &note, &flat), without == 200);
            let checked = policy.check(&who, &note, &flat);
            assert_eq!(checked.is_err(), without == 503);
        }
    }
    let nobody = Principal::builder("bob").build();
    let failure = fails().authorize(&nobody, note, &flat).unwrap_err();
    let cause = failure.source().unwrap();
    assert_eq!(cause.to_string(), "policy source \"shared\" cannot decide");
    assert_eq!(cause.source().unwrap().to_string(), "connection refused");
}

fn is_send<F: Future + Send>(future: F) -> F {
    future
}

fn answer(authorized: Result<Authorized<Note>, Rejection>) -> u16 {
    match authorized {
        Ok(_) => 200,
        Err(rejection) => rejection.status().as_u16(),
    }
}

fn may_delete() -> ObjectPolicy<Note> {
    relation("owner", |who: &Principal, note: &Note| {
        who.subject() == note.owner
    })
    .or(permission("notes:all"))
}

fn may_read() -> ObjectPolicy<Note> {
    let same_team = relation("team", |who: &Principal, note: &Note| {
        who.attribute::<Team>()
            .is_some_and(|team| team.0 == note.team)
    });
    may_delete().or(same_team).hide_as_not_found()
}
