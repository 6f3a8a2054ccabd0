//! Every role and every action of a small application, as one table.

use std::fmt::Write as _;

use bartizan_core::Principal;
use bartizan_rbac::{Policy, RoleHierarchy, all, any, not, role, scope};

/// Who may do what, as it was agreed on.
const GOLDEN: &str = "\
who                 read     comment  edit     publish  bill     erase
stranger            -        -        -        -        -        -
viewer              yes      -        -        -        -        -
viewer+write        yes      -        -        -        -        -
suspended           -        -        -        -        -        -
editor              yes      -        -        -        -        -
editor+write        yes      yes      yes      -        -        -
editor,suspended    -        -        -        -        -        -
accountant          yes      -        -        -        yes      -
publisher+write     yes      yes      yes      yes      -        -
admin               yes      -        -        yes      yes      -
admin+write         yes      yes      yes      yes      yes      -
admin+erase         yes      -        -        yes      yes      yes
owner+write+erase   yes      yes      yes      yes      yes      yes
Admin+write         -        -        -        -        -        -
";

#[test]
fn asvs_8_1_1_every_role_may_do_what_the_table_says_and_no_more() {
    let hierarchy = RoleHierarchy::parse([
        "owner > admin > publisher > editor > viewer",
        "admin > accountant > viewer",
    ])
    .unwrap();
    let actions: [(&str, Policy); 6] = [
        ("read", active(role("viewer"))),
        ("comment", active(all([role("editor"), scope("write")]))),
        ("edit", active(all([role("editor"), scope("write")]))),
        ("publish", active(role("publisher"))),
        ("bill", active(any([role("accountant"), role("owner")]))),
        ("erase", active(all([role("admin"), scope("erase")]))),
    ];

    let mut table = format!("{:20}", "who");
    let titles = actions.iter().map(|(name, _)| format!("{name:9}"));
    table.push_str(titles.collect::<String>().trim_end());
    table.push('\n');
    for who in GOLDEN
        .lines()
        .skip(1)
        .filter_map(|line| line.split(' ').next())
    {
        let mut line = format!("{who:20}");
        for (_, policy) in &actions {
            let may = policy.holds(&principal(who), &hierarchy);
            write!(line, "{:9}", if may { "yes" } else { "-" }).unwrap();
        }
        table.push_str(line.trim_end());
        table.push('\n');
    }

    assert_eq!(table, GOLDEN, "\n{table}");
}

fn active(policy: Policy) -> Policy {
    all([policy, not(role("suspended"))])
}

/// Reads `role,role+scope+scope`.
fn principal(who: &str) -> Principal {
    let mut parts = who.split('+');
    let roles = parts.next().unwrap_or_default().split(',');
    Principal::builder(who).roles(roles).scopes(parts).build()
}
