//! Whose an object is (OWASP API1:2023).

use std::error::Error as _;

use bartizan_core::Principal;
use bartizan_rbac::{ObjectPolicy, Permissions, RoleHierarchy, permission, relation, role, scope};

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
fn api1_an_object_is_for_whom_it_is() {
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
