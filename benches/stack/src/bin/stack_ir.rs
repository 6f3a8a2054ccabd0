//! Sends N requests through one mode of the stack, for an instruction counter.
//!
//! `stack-ir MODE N`

use std::process::ExitCode;

use bench_stack::{Exchange, Mode};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(mode), Some(count)) = (arguments.next(), arguments.next()) else {
        return ExitCode::from(2);
    };
    let (Ok(mode), Ok(count)) = (mode.parse::<Mode>(), count.parse::<u64>()) else {
        return ExitCode::from(2);
    };
    let mut exchange = Exchange::new(mode);
    for _ in 0..count {
        if !exchange.send().is_success() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
