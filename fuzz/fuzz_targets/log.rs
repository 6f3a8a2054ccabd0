//! A registered secret is not in what comes out, wherever it stands and however the
//! text is cut.
#![no_main]

use std::io::Write;
use std::sync::LazyLock;

use bartizan_secret::SecretString;
use bartizan_secret::{Masker, MaskingWriter};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "correct-horse-9";

static MASKER: LazyLock<Masker> = LazyLock::new(|| {
    let masker = Masker::new();
    masker.register(&SecretString::from(SECRET)).unwrap();
    masker
});

fuzz_target!(|parts: (&[u8], &[u8], usize)| {
    let (before, after, cut) = parts;
    let text = [before, SECRET.as_bytes(), after].concat();

    let mut whole = Vec::new();
    let mut writer = MaskingWriter::new(&mut whole, MASKER.clone());
    writer.write_all(&text).unwrap();
    drop(writer);

    let (head, tail) = text.split_at(cut % (text.len() + 1));
    let mut in_two = Vec::new();
    let mut writer = MaskingWriter::new(&mut in_two, MASKER.clone());
    writer.write_all(head).unwrap();
    writer.write_all(tail).unwrap();
    drop(writer);

    assert_eq!(whole, in_two);
    let shows = |out: &[u8]| {
        out.windows(SECRET.len())
            .any(|part| part == SECRET.as_bytes())
    };
    assert!(!shows(&whole));
});
