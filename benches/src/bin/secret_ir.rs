//! Compares a secret N times with one that differs in one place, or in none, for an
//! instruction counter.
//!
//! `secret-ir VARIANT N`

use std::hint::black_box;
use std::process::ExitCode;

use bartizan_secret::{SecretBytes, SecretString};

/// So long that a comparison that ends early is told from one that does not.
const LENGTH: usize = 1_024;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(variant), Some(count)) = (arguments.next(), arguments.next()) else {
        return ExitCode::from(2);
    };
    let place = match variant.as_str() {
        "alike" => None,
        "first" => Some(0),
        "middle" => Some(LENGTH / 2),
        "last" => Some(LENGTH - 1),
        _ => return ExitCode::from(2),
    };
    let Ok(count) = count.parse::<u64>() else {
        return ExitCode::from(2);
    };
    let text = |place: Option<usize>| -> String {
        let letter = |at| if Some(at) == place { 'b' } else { 'a' };
        (0..LENGTH).map(letter).collect()
    };
    let strings = [None, place].map(|place| SecretString::from(text(place)));
    let bytes = [None, place].map(|place| SecretBytes::from(text(place).as_bytes()));
    for _ in 0..count {
        let [left, right] = black_box(&strings);
        let strings_are_alike = black_box(left == right);
        let [left, right] = black_box(&bytes);
        let bytes_are_alike = black_box(left == right);
        assert_eq!(strings_are_alike, place.is_none());
        assert_eq!(bytes_are_alike, place.is_none());
    }
    ExitCode::SUCCESS
}
