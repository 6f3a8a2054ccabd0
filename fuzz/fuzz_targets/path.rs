//! A path that passes is read in one way, and leads to no rule but its own.
#![no_main]

use bartizan_core::{Guard, PathRules, RequestHead, Verdict, normalize_path};
use bartizan_rbac::{Route, RouteTable};
use http::{Request, Uri};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static TABLE: RouteTable = RouteTable::builder()
        .rule(Route::any("/").public())
        .rule(Route::any("/{page}").public())
        .rule(Route::any("/{page}/{*rest}").public())
        .rule(Route::any("/admin").closed())
        .rule(Route::any("/admin/{*rest}").closed())
        .build()
        .expect("the rules are right");
}

fuzz_target!(|path: &str| {
    let strict = PathRules::strict();
    let normal = normalize_path(path);
    assert_eq!(strict.check(path).is_ok(), normal.is_ok());
    if let Ok(normal) = &normal {
        assert!(normal.starts_with('/') && !normal.contains("//"));
        assert!(!normal.contains(['\\', ';', '%']));
        assert!(!normal.contains(|c: char| c.is_control()));
        assert!(normal.split('/').all(|part| !part.ends_with(['.', ' '])));
    }
    let lax = strict
        .insecure_allow_backslash()
        .insecure_allow_double_slash()
        .insecure_allow_encoded_dot()
        .insecure_allow_encoded_percent()
        .insecure_allow_encoded_slash()
        .insecure_allow_path_parameters()
        .insecure_allow_trailing_dots();
    let laxly = lax.normalize(path);
    assert!(normal.is_err() || normal == laxly);
    if let Ok(laxly) = laxly {
        assert!(!laxly.contains(';') && !laxly.contains("//"));
        assert!(laxly.split('/').all(|part| part != "." && part != ".."));
    }

    let Ok(uri) = path.parse::<Uri>() else {
        return;
    };
    let request = Request::get(uri)
        .body(())
        .expect("a target makes a request");
    let passes =
        TABLE.with(|table| matches!(table.check(RequestHead::of(&request)), Verdict::Pass(_)));
    assert!(!(passes && is_admin(request.uri().path())));
});

/// Reads a path as the most obliging program would.
fn is_admin(path: &str) -> bool {
    let mut octets: Vec<u8> = path.bytes().collect();
    while let Some(at) = octets.windows(3).position(is_escape) {
        let digits = [octets[at + 1], octets[at + 2]].map(|digit| char::from(digit).to_digit(16));
        let [Some(high), Some(low)] = digits else {
            unreachable!()
        };
        octets.splice(at..at + 3, [(high * 16 + low) as u8]);
        if octets[at] == b'%' {
            break;
        }
    }
    let text = String::from_utf8_lossy(&octets)
        .to_lowercase()
        .replace('\\', "/");
    let mut parts = Vec::new();
    for part in text.split('/') {
        let part = part.split([';', '\0']).next().unwrap_or_default();
        match part {
            ".." => drop(parts.pop()),
            "" | "." => {}
            part => parts.push(part.trim_end_matches(['.', ' '])),
        }
    }
    parts.first() == Some(&"admin")
}

fn is_escape(octets: &[u8]) -> bool {
    octets[0] == b'%' && octets[1].is_ascii_hexdigit() && octets[2].is_ascii_hexdigit()
}
