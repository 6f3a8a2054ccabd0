use bartizan::Stack;
use stack_parts::{Firewall, Headers};

#[path = "../../../tests/parts/mod.rs"]
mod stack_parts;

fn main() {
    let _ = Stack::new().firewall(Firewall).headers(Headers).build();
}
