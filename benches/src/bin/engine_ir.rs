//! Sends N requests through one variant of the engine, for an instruction counter.
//!
//! `engine-ir VARIANT N`

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(name), Some(count)) = (arguments.next(), arguments.next()) else {
        return ExitCode::from(2);
    };
    let (Some(mut run), Ok(count)) = (benches::engine::variant(&name), count.parse::<u64>()) else {
        return ExitCode::from(2);
    };
    for _ in 0..count {
        run();
    }
    ExitCode::SUCCESS
}
