use bartizan::Stack;
use stack_parts::Anyone;

#[path = "../../../tests/parts/mod.rs"]
mod stack_parts;

fn main() {
    let _ = Stack::new().authenticate(Anyone).authenticate_optional(Anyone).build();
}
