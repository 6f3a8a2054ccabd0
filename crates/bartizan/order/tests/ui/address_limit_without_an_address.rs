use bartizan::Stack;
use stack_parts::{Firewall, Limit};

#[path = "../../../tests/parts/mod.rs"]
mod stack_parts;

fn main() {
    let _ = Stack::new().firewall(Firewall).rate_limit_by_address(Limit).build();
}
