//! What the guards add to a request that no other benchmark is about, beside their
//! peers where they have some.
//!
//! Each variant is a service that is cloned and boxed for each request, and all
//! layers of a peer share one box, as `ServiceBuilder` makes it: the best that they
//! can do.
//!
//! `cargo bench -p benches --bench guards -- ir VARIANT N` sends N requests through one
//! variant, for an instruction counter.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that goes wrong has to stop"
)]

mod access;
mod basic;
mod exchange;
mod headers;
mod problem;

use benches::{Race, Row, allocations, counted, report};

const ROUNDS: usize = 61;

/// Variants that are measured side by side.
struct Group {
    title: &'static str,
    /// What the others are compared with.
    base: &'static str,
    lines: &'static [Line],
}

/// What is to be reported of a variant.
struct Line {
    name: &'static str,
    ours: &'static str,
    peer: Option<Peer>,
    is_drawn: bool,
}

struct Peer {
    variant: &'static str,
    /// What readers know it by.
    name: &'static str,
}

impl Line {
    const fn alone(name: &'static str, ours: &'static str) -> Self {
        Self {
            name,
            ours,
            peer: None,
            is_drawn: true,
        }
    }

    const fn beside(
        name: &'static str,
        ours: &'static str,
        variant: &'static str,
        peer: &'static str,
    ) -> Self {
        let peer = Some(Peer {
            variant,
            name: peer,
        });
        Self {
            peer,
            ..Self::alone(name, ours)
        }
    }
}

const GROUPS: [Group; 6] = [
    Group {
        title: "Security headers",
        base: "inner",
        lines: &[Line::beside(
            "security headers",
            "headers",
            "tower-http-headers",
            "tower-http 0.7, a layer for each field",
        )],
    },
    Group {
        title: "Problem details and panics, a request that passes",
        base: "inner",
        lines: &[
            Line::beside(
                "problem details, a pass",
                "problem",
                "tower-http-panic",
                "tower-http 0.7, CatchPanic",
            ),
            Line::beside(
                "problem details, a pass, ids in both",
                "problem",
                "tower-http-panic-id",
                "tower-http 0.7, CatchPanic and request ids",
            ),
            Line::beside(
                "catch panic",
                "panic",
                "tower-http-panic",
                "tower-http 0.7, CatchPanic",
            ),
        ],
    },
    Group {
        title: "Problem details, a request that a guard refuses",
        base: "refusal",
        lines: &[Line::alone("problem details, a refusal", "problem-refusal")],
    },
    Group {
        title: "HTTP Basic, a password that is compared",
        base: "inner-basic",
        lines: &[Line::beside(
            "HTTP Basic",
            "basic",
            "tower-http-basic",
            "tower-http 0.7, one fixed field value",
        )],
    },
    Group {
        title: "Request firewall",
        base: "inner",
        lines: &[Line::alone("request firewall", "firewall")],
    },
    Group {
        title: "Table of routes",
        base: "inner-principal",
        lines: &[
            Line::alone("route table of 3 rules", "routes-3"),
            Line::alone("route table of 300 rules", "routes-300"),
            // Not drawn: what is beside it is no peer.
            Line {
                is_drawn: false,
                ..Line::beside("300 rules, to 3", "routes-300", "routes-3", "3 rules")
            },
        ],
    },
];

fn main() {
    if let Some((name, count)) = counted() {
        let mut run = variant(&name);
        return (0..count).for_each(|_| run());
    }
    headers::check_peer();
    let rows: Vec<Row> = GROUPS.iter().flat_map(measure).collect();
    report("guards", &rows);
}

fn measure(group: &Group) -> Vec<Row> {
    let mut names = vec![group.base];
    for line in group.lines {
        let peer = line.peer.as_ref().map(|peer| peer.variant);
        for name in peer.into_iter().chain([line.ours]) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let race = names
        .into_iter()
        .fold(Race::new(), |race, name| race.variant(name, variant(name)));
    let results = race.print(group.title, ROUNDS);

    let base = allocations(variant(group.base));
    let added = |name| allocations(variant(name)) - base;
    let row = |line: &Line| {
        let row = match &line.peer {
            None => results.added_row(line.name, line.ours),
            Some(peer) => results
                .layer_row(line.name, line.ours, peer.variant)
                .peer_name(peer.name)
                .peer_allocations(added(peer.variant)),
        };
        let count = added(line.ours);
        println!("allocations added by {}: {count}", line.ours);
        let row = row.allocations(count);
        if line.is_drawn { row.drawn() } else { row }
    };
    group.lines.iter().map(row).collect()
}

/// Returns what sends one request through the variant called `name`.
fn variant(name: &str) -> Box<dyn FnMut()> {
    match name {
        "inner" => exchange::plain(|inner| inner),
        "headers" => headers::ours(),
        "tower-http-headers" => headers::peer(),
        "problem" => problem::ours(),
        "problem-refusal" => problem::ours_refused(),
        "refusal" => problem::refused(),
        "panic" => problem::panics(),
        "tower-http-panic" => problem::peer(),
        "tower-http-panic-id" => problem::peer_with_ids(),
        "inner-basic" => basic::inner(),
        "basic" => basic::ours(),
        "tower-http-basic" => basic::peer(),
        "firewall" => access::firewall(),
        "inner-principal" => access::inner(),
        "routes-3" => access::routes(3),
        "routes-300" => access::routes(300),
        _ => panic!("no variant: {name}"),
    }
}
