//! What is not read.

use bartizan_password::HashFormat::{self, Argon2, Bcrypt, Pbkdf2, Scrypt};
use bartizan_password::{HashError, PasswordHash};

#[test]
fn unknown_formats_are_an_error() {
    for stored in [
        "",
        "password",
        "!",
        "$",
        "$$",
        "$1$dXc3I7Rw$ctlgjDdWJLMT.qwHsWhXR1",
        "$2$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$5$LKO/Ute40T3FNF95$U0prpBQd4PloSGU0pnpM4z9wKn4vZ1.jsrzQfPqxph9",
        "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D",
        "$argon2x$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$7DoIajNvmUUqMmDVmDJeHeCNxite8nxq1bYMHiKfFFI",
        "$ARGON2ID$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$7DoIajNvmUUqMmDVmDJeHeCNxite8nxq1bYMHiKfFFI",
        " $2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
        "{noop}password",
        "{MD5}/F4DjTilcDIIVEHn/nAQsA==",
        "{sha256}97cde38028ad898ebc02e690819fa220e88c62e0699403e94fff291cfffaf8410849f27605abcbc0",
        "{bcrypt",
        "md5$123abcdef$c8272612932975ee80e8a35995708e80",
        "unsalted_md5$c8272612932975ee80e8a35995708e80",
    ] {
        assert_eq!(
            stored.parse::<PasswordHash>().err(),
            Some(HashError::UnknownFormat),
            "{stored:?}"
        );
    }
}

#[test]
fn bcrypt_2x_is_refused() {
    let stored = "$2x$05$6bNw2HLQYeqHYyBfLMsv/OiwqTymGIGzFsA4hOTWebfehXHNprcAS";

    for stored in [
        stored.to_owned(),
        format!("bcrypt${stored}"),
        format!("{{bcrypt}}{stored}"),
    ] {
        assert_eq!(
            stored.parse::<PasswordHash>().err(),
            Some(HashError::RefusedFormat),
            "{stored}"
        );
    }
}

#[test]
fn malformed_argon2_is_an_error() {
    for stored in [
        "$argon2id$",
        "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ",
        "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$",
        "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$OUTPUT$",
        "$argon2id$v=18$m=64,t=2,p=1$c2FsdHNhbHQ$OUTPUT",
        "$argon2id$v=019$m=64,t=2,p=1$c2FsdHNhbHQ$OUTPUT",
        "$argon2id$v=19$m=064,t=2,p=1$c2FsdHNhbHQ$OUTPUT",
        "$argon2id$v=19$m=-64,t=2,p=1$c2FsdHNhbHQ$OUTPUT",
        "$argon2id$v=19$m=64,t=0,p=1$c2FsdHNhbHQ$OUTPUT",
        "$argon2id$v=19$m=64,t=2,p=0$c2FsdHNhbHQ$OUTPUT",
        "$argon2id$v=19$m=64,t=2,p=9$c2FsdHNhbHQ$OUTPUT",
        "$argon2id$v=19$m=64,t=2,p=536870912$c2FsdHNhbHQ$OUTPUT",
        "$argon2id$v=19$t=2,m=64,p=1$c2FsdHNhbHQ$OUTPUT",
        "$argon2id$v=19$m=64,t=2$c2FsdHNhbHQ$OUTPUT",
        "$argon2id$v=19$m=64,t=2,p=1,keyid=Zm9v$c2FsdHNhbHQ$OUTPUT",
        // A salt of three bytes, unused bits, padding, and an output of 14 bytes.
        "$argon2id$v=19$m=64,t=2,p=1$c2Fs$OUTPUT",
        "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHR$OUTPUT",
        "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ=$OUTPUT",
        "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$7DoIajNvmUUqMmDVmDI",
        "{argon2}$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
        "{hmac-sha256:k",
        "{hmac-sha256:}$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$OUTPUT",
        "{hmac-sha256:k}$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
    ] {
        assert_malformed(Argon2, stored);
    }
}

#[test]
fn malformed_bcrypt_is_an_error() {
    for stored in [
        "$2b$4$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
        "$2b$03$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
        "$2b$32$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
        "$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wH",
        "$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHGG",
        "$2b$04$abcdefghijklmnopqrst!um174eFeoTj0DHmtuueFaS3Wde4P7wHG",
        "$2b$04$abcdefghijklmnopqrst\u{e9}m174eFeoTj0DHmtuueFaS3Wde4P7wHG",
        "$bcrypt-sha256$v=3,t=2b,r=4$abcdefghijklmnopqrstuu$hsb1JYtpOCrp.zPPL0Oa2NCYkz7eRbC",
        "$bcrypt-sha256$v=2,t=2x,r=4$abcdefghijklmnopqrstuu$hsb1JYtpOCrp.zPPL0Oa2NCYkz7eRbC",
    ] {
        assert_malformed(Bcrypt, stored);
    }
}

#[test]
fn malformed_pbkdf2_is_an_error() {
    for stored in [
        "$pbkdf2-sha256$0$c2FsdHNhbHQ$OUTPUT",
        "$pbkdf2-sha256$7$c2FsdHNhbHQ$",
        "$pbkdf2-sha256$i=7,l=31$c2FsdHNhbHQ$OUTPUT",
        "$pbkdf2-sha256$i=7,l=32,x=1$c2FsdHNhbHQ$OUTPUT",
        // Django pads its base64.
        "pbkdf2_sha256$7$salt$OUTPUT",
        "pbkdf2_sha256$4294967296$salt$OUTPUT=",
        "{pbkdf2}00",
    ] {
        assert_malformed(Pbkdf2, stored);
    }
}

#[test]
fn malformed_scrypt_is_an_error() {
    for stored in [
        "$scrypt$ln=64,r=8,p=2$c2FsdHNhbHQ$OUTPUT",
        "$scrypt$ln=300,r=8,p=2$c2FsdHNhbHQ$OUTPUT",
        "$scrypt$ln=10,r=65536,p=65536$c2FsdHNhbHQ$OUTPUT",
        "$scrypt$ln=10,r=0,p=1$c2FsdHNhbHQ$OUTPUT",
        "$scrypt$ln=10,r=8$c2FsdHNhbHQ$OUTPUT",
        "scrypt$1000$salt$8$5$OUTPUT=",
        "{scrypt}$xyz$AAAA$OUTPUT=",
    ] {
        assert_malformed(Scrypt, stored);
    }
}

fn assert_malformed(format: HashFormat, stored: &str) {
    let stored = stored.replace("OUTPUT", "7DoIajNvmUUqMmDVmDJeHeCNxite8nxq1bYMHiKfFFI");

    let error = stored.parse::<PasswordHash>().err();

    assert_eq!(error, Some(HashError::Malformed(format)), "{stored:?}");
}
