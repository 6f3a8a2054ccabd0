use bartizan::Stack;
use stack_parts::Limit;

#[path = "../../../tests/parts/mod.rs"]
mod stack_parts;

fn main() {
    let _ = Stack::new().cors(Limit).build();
}
