use bartizan::Stack;
use stack_parts::{Anyone, Cors};

#[path = "../../../tests/parts/mod.rs"]
mod stack_parts;

fn main() {
    let _ = Stack::new().authenticate(Anyone).cors(Cors).build();
}
