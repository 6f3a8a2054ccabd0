use bartizan::Stack;
use stack_parts::{Anyone, Mine, Policy};

#[path = "../../../tests/parts/mod.rs"]
mod stack_parts;

fn main() {
    let _ = Stack::new().authenticate(Anyone).guard(Mine).authorize(Policy).build();
}
