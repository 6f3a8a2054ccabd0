use bartizan::Stack;
use stack_parts::{Cors, Policy};

#[path = "../../../tests/parts/mod.rs"]
mod stack_parts;

fn main() {
    let _ = Stack::new().cors(Cors).authorize(Policy).build();
}
