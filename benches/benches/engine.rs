//! What the engine adds to a request.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]
#![expect(
    clippy::expect_used,
    reason = "a benchmark that goes wrong has to stop"
)]

use benches::engine::{VARIANTS, variant};
use benches::{Race, Row, allocations, report};

fn main() {
    let run = |name| variant(name).expect("listed");
    let mut race = Race::new();
    for name in VARIANTS {
        race = race.variant(name, run(name));
    }
    race.print("Engine, a request through a clone of the service", 61);

    let one = Race::new()
        .variant("pass-through", run("pass-through"))
        .variant("guard", run("guard"))
        .print("One guard against a pass-through by hand (limit 1.1)", 61);
    let four = Race::new()
        .variant("guard", run("guard"))
        .variant("fused-4", run("fused-4"))
        .print("Four fused guards against one (limit 1.5)", 61);

    println!("\nAllocations");
    for name in VARIANTS {
        println!("{name:<44} {:>11}", allocations(run(name)));
    }

    let counted = |row: Row, ours, peer| {
        let row = row.allocations(allocations(run(ours)));
        row.peer_allocations(allocations(run(peer)))
    };
    let guard = one.row("one guard", "guard", "pass-through");
    let fused = four.row("four fused guards", "fused-4", "guard");
    report(
        "engine",
        &[
            counted(guard, "guard", "pass-through")
                .peer_name("a service by hand")
                .at_most(1.1),
            counted(fused, "fused-4", "guard")
                .peer_name("one guard")
                .at_most(1.5),
        ],
    );
}
