use bartizan::Stack;
use stack_parts::Anyone;

#[path = "../parts/mod.rs"]
mod stack_parts;

fn main() {
    let _ = Stack::new().authenticate(Anyone).authenticate_optional(Anyone).build();
}
