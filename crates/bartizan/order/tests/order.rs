//! Stacks in a wrong order do not compile, and the compiler says why.

#![expect(clippy::print_stdout, reason = "says what is left out, and why")]

/// The compiler whose words are in the `.stderr` files.
const WORDED_BY: &str = "rustc 1.95";

#[test]
fn a_wrong_order_does_not_compile() {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = std::process::Command::new(rustc).arg("--version").output();
    let version = String::from_utf8(output.unwrap().stdout).unwrap();
    if !version.starts_with(WORDED_BY) {
        println!("left out: the words are those of {WORDED_BY}, and this is {version}");
        return;
    }
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
