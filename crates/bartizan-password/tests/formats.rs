//! Each format that is read: vectors made by other implementations, and what is
//! refused.
#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the helpers that they share"
)]

use bartizan_password::{
    Argon2Params, HashError, HashFormat, HashLimits, PasswordHash, PasswordHasher, PepperRing,
    Verification,
};
use bartizan_secret::SecretString;
use proptest::prelude::*;

use HashFormat::{Argon2, Bcrypt, Pbkdf2, Scrypt};

/// Hashes of "pässword" by argon2-cffi, passlib 1.7.4, Django, and Python's
/// hashlib.
const OF_PAESSWORD: &[(HashFormat, &str)] = &[
    (
        Argon2,
        "$argon2d$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$wLcPNZ7Ia4uaNNQJdy5CCyPaR18qlgcrAugxaEtmctE",
    ),
    (
        Argon2,
        "$argon2i$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$vDPXa6F376RgXohisxWxwnVAn4nVJFDxBs87W5AEsr0",
    ),
    (
        Argon2,
        "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$7DoIajNvmUUqMmDVmDJeHeCNxite8nxq1bYMHiKfFFI",
    ),
    (
        Argon2,
        "$argon2id$v=19$m=64,t=2,p=2$c2FsdHNhbHRzYWx0c2FsdA$InE8eufK50pqHEKauauTUNhmHsH2TQuoZHFUk/BfFII",
    ),
    (
        Argon2,
        "$argon2id$v=16$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$bIspYjDg/7TFT9omksiDXrnd+KVIIeedAmvKPsq2wM0",
    ),
    (
        Argon2,
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$1DqYIqesDt0mAT++w6GVRw",
    ),
    (
        Argon2,
        "argon2$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$7DoIajNvmUUqMmDVmDJeHeCNxite8nxq1bYMHiKfFFI",
    ),
    (
        Argon2,
        "{argon2}$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$7DoIajNvmUUqMmDVmDJeHeCNxite8nxq1bYMHiKfFFI",
    ),
    (
        Argon2,
        "{argon2@SpringSecurity_v5_8}$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$7DoIajNvmUUqMmDVmDJeHeCNxite8nxq1bYMHiKfFFI",
    ),
    (
        Bcrypt,
        "$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
    ),
    (
        Bcrypt,
        "$2a$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
    ),
    (
        Bcrypt,
        "$2y$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
    ),
    (
        Bcrypt,
        "{bcrypt}$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
    ),
    (
        Bcrypt,
        "bcrypt$$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
    ),
    (
        Bcrypt,
        "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuu4EAkLIqFCSjdz5Hr2newQUVEvu5mihm",
    ),
    (
        Bcrypt,
        "$bcrypt-sha256$v=2,t=2b,r=4$abcdefghijklmnopqrstuu$hsb1JYtpOCrp.zPPL0Oa2NCYkz7eRbC",
    ),
    (
        Bcrypt,
        "$bcrypt-sha256$2b,4$abcdefghijklmnopqrstuu$Ns2kmpZ51GYdLSBPoZSN0fYG6hy5fl6",
    ),
    (Pbkdf2, "$pbkdf2$7$c2FsdHNhbHQ$CF6hh/hu8QUSfIe1bCJ.oKaUAP4"),
    (
        Pbkdf2,
        "$pbkdf2-sha256$7$....//4$Fe2vmhO1T.Y74ZtdtinQ4oSc2h7bzPIZYn7vijhMcM0",
    ),
    (
        Pbkdf2,
        "$pbkdf2-sha512$7$c2FsdHNhbHQ$NSxUbFVsZI5rF2/R7wDbvbgsVL4m.6bHzQxWbT9xZsvVHZROS3ka2TJqWBdh/7NqCRMWPAV5eKkCSXji6jyopQ",
    ),
    (
        Pbkdf2,
        "$pbkdf2-sha256$i=7,l=32$c2FsdHNhbHQ$VoemJiN32XQD8nxl4CG+xdYfT/d0kdcbBn59r0m5G50",
    ),
    (
        Pbkdf2,
        "$pbkdf2-sha512$i=7$c2FsdHNhbHQ$NSxUbFVsZI5rF2/R7wDbvbgsVL4m+6bHzQxWbT9xZsvVHZROS3ka2TJqWBdh/7NqCRMWPAV5eKkCSXji6jyopQ",
    ),
    (
        Pbkdf2,
        "pbkdf2_sha256$7$saltsaltsaltsalt$waQM1ZS8aAW3VjzuLyYPsuvQ0cHD6+Ti4ZnB5IAx+uU=",
    ),
    (
        Pbkdf2,
        "pbkdf2_sha1$7$saltsaltsaltsalt$7e6DFlwY34dAdLXTjx9mKITyyPQ=",
    ),
    (
        Pbkdf2,
        "{pbkdf2@SpringSecurity_v5_8}000102030405060708090a0b0c0d0e0fdeef2303ba2adb21b82a404d8e134a3a4f761600350d104cc479c14368466f34",
    ),
    (
        Scrypt,
        "$scrypt$ln=10,r=8,p=2$c2FsdHNhbHQ$TzU9X2bpGsCH+pxiWu9cxls1ls9hNfr1Mq7Cf0VRbtA",
    ),
    (
        Scrypt,
        "scrypt$1024$saltsaltsaltsalt$8$5$Atvl6bWHH3khxUtqJsQPM9rPsKKI33E6+vU1pSwPAtsUUKQt48M7PBde/7+fvrCgcVzjlUTMpDh6nJYDIOFMHA==",
    ),
];

/// Hashes of "password" in the reference manual of Spring Security.
const OF_PASSWORD: &[(HashFormat, &str)] = &[
    (
        Bcrypt,
        "{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG",
    ),
    (
        Pbkdf2,
        "{pbkdf2}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc",
    ),
    (
        Scrypt,
        "{scrypt}$e0801$8bWJaSu2IKSn9Z9kM+TPXfOc/9bdYSrN1oD9qfVThWEwdRTnO7re7Ei+fUZRJ68k9lTyuTeUp4of4g24hHnazw==$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=",
    ),
];

#[test]
fn every_format_verifies_and_is_to_be_renewed() {
    let hasher = hasher();
    let rows = OF_PAESSWORD.iter().map(|row| ("p\u{e4}ssword", row));
    for (password, (format, stored)) in rows.chain(OF_PASSWORD.iter().map(|row| ("password", row)))
    {
        let hash = parse(stored);

        assert_eq!(hash.format(), *format, "{stored}");
        assert_eq!(hash.as_str(), *stored);
        assert_eq!(
            hasher.verify(&password.into(), &hash),
            Ok(Verification::NeedsRehash),
            "{stored}"
        );
        assert_eq!(
            hasher.verify(&"passwore".into(), &hash),
            Ok(Verification::Mismatch),
            "{stored}"
        );
    }
}

#[test]
fn a_hash_is_current_only_with_the_same_algorithm_version_and_costs() {
    let of = |memory, passes, lanes| {
        PasswordHasher::new(Argon2Params::insecure_new(memory, passes, lanes).unwrap())
    };
    let password = SecretString::from("p\u{e4}ssword");
    for (stored, memory, passes, lanes, verification) in [
        (2, 64, 2, 1, Verification::Match),
        (2, 64, 1, 1, Verification::NeedsRehash),
        (2, 32, 2, 1, Verification::NeedsRehash),
        (2, 64, 2, 2, Verification::NeedsRehash),
        (3, 64, 2, 2, Verification::Match),
        // argon2d, argon2i, version 16, and an output and a salt that are short.
        (0, 64, 2, 1, Verification::NeedsRehash),
        (1, 64, 2, 1, Verification::NeedsRehash),
        (4, 64, 2, 1, Verification::NeedsRehash),
        (5, 8, 1, 1, Verification::NeedsRehash),
    ] {
        let (_, stored) = OF_PAESSWORD[stored];

        let verified = of(memory, passes, lanes).verify(&password, &parse(stored));

        assert_eq!(verified, Ok(verification), "{stored}");
    }
}

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
fn malformed_hashes_are_an_error() {
    let output = "7DoIajNvmUUqMmDVmDJeHeCNxite8nxq1bYMHiKfFFI";
    let argon2 = |fields: &str| format!("$argon2id${fields}");
    for (format, stored) in [
        (Argon2, argon2("")),
        (Argon2, argon2("v=19$m=64,t=2,p=1$c2FsdHNhbHQ")),
        (Argon2, argon2("v=19$m=64,t=2,p=1$c2FsdHNhbHQ$")),
        (
            Argon2,
            argon2(&format!("v=19$m=64,t=2,p=1$c2FsdHNhbHQ${output}$")),
        ),
        (
            Argon2,
            argon2(&format!("v=18$m=64,t=2,p=1$c2FsdHNhbHQ${output}")),
        ),
        (
            Argon2,
            argon2(&format!("v=019$m=64,t=2,p=1$c2FsdHNhbHQ${output}")),
        ),
        (
            Argon2,
            argon2(&format!("v=19$m=064,t=2,p=1$c2FsdHNhbHQ${output}")),
        ),
        (
            Argon2,
            argon2(&format!("v=19$m=-64,t=2,p=1$c2FsdHNhbHQ${output}")),
        ),
        (
            Argon2,
            argon2(&format!("v=19$m=64,t=0,p=1$c2FsdHNhbHQ${output}")),
        ),
        (
            Argon2,
            argon2(&format!("v=19$m=64,t=2,p=0$c2FsdHNhbHQ${output}")),
        ),
        (
            Argon2,
            argon2(&format!("v=19$m=64,t=2,p=9$c2FsdHNhbHQ${output}")),
        ),
        (
            Argon2,
            argon2(&format!("v=19$m=64,t=2,p=536870912$c2FsdHNhbHQ${output}")),
        ),
        (
            Argon2,
            argon2(&format!("v=19$t=2,m=64,p=1$c2FsdHNhbHQ${output}")),
        ),
        (
            Argon2,
            argon2(&format!("v=19$m=64,t=2$c2FsdHNhbHQ${output}")),
        ),
        (
            Argon2,
            argon2(&format!(
                "v=19$m=64,t=2,p=1,keyid=Zm9v$c2FsdHNhbHQ${output}"
            )),
        ),
        (Argon2, argon2(&format!("v=19$m=64,t=2,p=1$c2Fs${output}"))),
        (
            Argon2,
            argon2(&format!("v=19$m=64,t=2,p=1$c2FsdHNhbHR${output}")),
        ),
        (
            Argon2,
            argon2(&format!("v=19$m=64,t=2,p=1$c2FsdHNhbHQ=${output}")),
        ),
        (
            Argon2,
            argon2("v=19$m=64,t=2,p=1$c2FsdHNhbHQ$7DoIajNvmUUqMmDVmDI"),
        ),
        (
            Argon2,
            "{argon2}$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG".into(),
        ),
        (Argon2, "{hmac-sha256:k".into()),
        (
            Argon2,
            "{hmac-sha256:}$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$".into(),
        ),
        (
            Argon2,
            "{hmac-sha256:k}$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG".into(),
        ),
        (
            Bcrypt,
            "$2b$4$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG".into(),
        ),
        (
            Bcrypt,
            "$2b$03$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG".into(),
        ),
        (
            Bcrypt,
            "$2b$32$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG".into(),
        ),
        (
            Bcrypt,
            "$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wH".into(),
        ),
        (
            Bcrypt,
            "$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHGG".into(),
        ),
        (
            Bcrypt,
            "$2b$04$abcdefghijklmnopqrst!um174eFeoTj0DHmtuueFaS3Wde4P7wHG".into(),
        ),
        (
            Bcrypt,
            "$2b$04$abcdefghijklmnopqrst\u{e9}m174eFeoTj0DHmtuueFaS3Wde4P7wHG".into(),
        ),
        (
            Bcrypt,
            "$bcrypt-sha256$v=3,t=2b,r=4$abcdefghijklmnopqrstuu$hsb1JYtpOCrp.zPPL0Oa2NCYkz7eRbC"
                .into(),
        ),
        (
            Bcrypt,
            "$bcrypt-sha256$v=2,t=2x,r=4$abcdefghijklmnopqrstuu$hsb1JYtpOCrp.zPPL0Oa2NCYkz7eRbC"
                .into(),
        ),
        (
            Pbkdf2,
            "$pbkdf2-sha256$0$c2FsdHNhbHQ$VoemJiN32XQD8nxl4CG.xdYfT/d0kdcbBn59r0m5G50".into(),
        ),
        (Pbkdf2, "$pbkdf2-sha256$7$c2FsdHNhbHQ$".into()),
        (
            Pbkdf2,
            "$pbkdf2-sha256$i=7,l=31$c2FsdHNhbHQ$VoemJiN32XQD8nxl4CG+xdYfT/d0kdcbBn59r0m5G50"
                .into(),
        ),
        (
            Pbkdf2,
            "$pbkdf2-sha256$i=7,l=32,x=1$c2FsdHNhbHQ$VoemJiN32XQD8nxl4CG+xdYfT/d0kdcbBn59r0m5G50"
                .into(),
        ),
        (
            Pbkdf2,
            "pbkdf2_sha256$7$salt$waQM1ZS8aAW3VjzuLyYPsuvQ0cHD6+Ti4ZnB5IAx+uU".into(),
        ),
        (
            Pbkdf2,
            "pbkdf2_sha256$4294967296$salt$waQM1ZS8aAW3VjzuLyYPsuvQ0cHD6+Ti4ZnB5IAx+uU=".into(),
        ),
        (Pbkdf2, "{pbkdf2}00".into()),
        (
            Scrypt,
            format!("$scrypt$ln=64,r=8,p=2$c2FsdHNhbHQ${output}"),
        ),
        (
            Scrypt,
            format!("$scrypt$ln=300,r=8,p=2$c2FsdHNhbHQ${output}"),
        ),
        (
            Scrypt,
            format!("$scrypt$ln=10,r=65536,p=65536$c2FsdHNhbHQ${output}"),
        ),
        (
            Scrypt,
            format!("$scrypt$ln=10,r=0,p=1$c2FsdHNhbHQ${output}"),
        ),
        (Scrypt, format!("$scrypt$ln=10,r=8$c2FsdHNhbHQ${output}")),
        (
            Scrypt,
            "scrypt$1000$salt$8$5$Atvl6bWHH3khxUtqJsQPM9rPsKKI33E6+vU1pSwPAts=".into(),
        ),
        (
            Scrypt,
            "{scrypt}$xyz$AAAA$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=".into(),
        ),
    ] {
        let error = stored.parse::<PasswordHash>().err();
        assert_eq!(error, Some(HashError::Malformed(format)), "{stored:?}");
    }
}

#[test]
fn costs_above_the_limits_are_an_error_before_any_work() {
    let output = "7DoIajNvmUUqMmDVmDJeHeCNxite8nxq1bYMHiKfFFI";
    for (format, parameter, value, limit, stored) in [
        (
            Argon2,
            "m",
            131_073,
            131_072,
            format!("$argon2id$v=19$m=131073,t=1,p=1$c2FsdHNhbHQ${output}"),
        ),
        (
            Argon2,
            "m",
            u32::MAX,
            131_072,
            format!("$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ${output}"),
        ),
        (
            Argon2,
            "t",
            u32::MAX,
            16,
            format!("$argon2id$v=19$m=64,t=4294967295,p=1$c2FsdHNhbHQ${output}"),
        ),
        (
            Argon2,
            "p",
            17,
            16,
            format!("$argon2id$v=19$m=1024,t=1,p=17$c2FsdHNhbHQ${output}"),
        ),
        (
            Bcrypt,
            "cost",
            15,
            14,
            "$2b$15$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG".into(),
        ),
        (
            Bcrypt,
            "cost",
            31,
            14,
            "$2b$31$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG".into(),
        ),
        (
            Pbkdf2,
            "i",
            2_000_001,
            2_000_000,
            "pbkdf2_sha1$2000001$salt$7e6DFlwY34dAdLXTjx9mKITyyPQ=".into(),
        ),
        (
            Scrypt,
            "ln",
            18,
            17,
            format!("$scrypt$ln=18,r=8,p=1$c2FsdHNhbHQ${output}"),
        ),
        (
            Scrypt,
            "ln",
            40,
            17,
            format!("$scrypt$ln=40,r=8,p=1$c2FsdHNhbHQ${output}"),
        ),
        (
            Scrypt,
            "r",
            9,
            8,
            format!("$scrypt$ln=10,r=9,p=1$c2FsdHNhbHQ${output}"),
        ),
        (
            Scrypt,
            "p",
            9,
            8,
            format!("$scrypt$ln=10,r=8,p=9$c2FsdHNhbHQ${output}"),
        ),
    ] {
        let verified = hasher().verify(&"password".into(), &parse(&stored));

        assert_eq!(
            verified,
            Err(HashError::LimitExceeded {
                format,
                parameter,
                value,
                limit
            }),
            "{stored}"
        );
    }
}

#[test]
fn limits_are_the_services_choice_but_admit_its_own_hashes() {
    let strict = HashLimits::default()
        .argon2(8, 1, 1)
        .bcrypt_cost(4)
        .pbkdf2_iterations(6)
        .scrypt(9, 8, 1);
    let hasher = hasher().limits(strict);
    let password = SecretString::from("p\u{e4}ssword");

    let own = hasher.hash(&password).unwrap();
    assert_eq!(hasher.verify(&password, &own), Ok(Verification::Match));
    for (format, stored) in OF_PAESSWORD {
        let refused = matches!(
            hasher.verify(&password, &parse(stored)),
            Err(HashError::LimitExceeded { .. })
        );
        let within = *format == Bcrypt || stored.contains("$m=8,t=1,p=1$");
        assert_eq!(refused, !within, "{stored}");
    }
}

#[test]
fn cve_2025_22228_bcrypt_never_ignores_what_follows_byte_72() {
    let of_72 = parse("$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i");
    let exact = SecretString::from("x".repeat(72));
    let longer = SecretString::from("x".repeat(73));
    let shorter = SecretString::from("x".repeat(71));
    let strict = hasher();
    let lax = hasher().insecure_truncate_for_bcrypt();

    assert_eq!(strict.verify(&exact, &of_72), Ok(Verification::NeedsRehash));
    assert_eq!(strict.verify(&longer, &of_72), Ok(Verification::Mismatch));
    assert_eq!(strict.verify(&shorter, &of_72), Ok(Verification::Mismatch));
    // Not to be renewed: nobody knows whether byte 73 is right.
    assert_eq!(lax.verify(&longer, &of_72), Ok(Verification::Match));
    assert_eq!(lax.verify(&exact, &of_72), Ok(Verification::NeedsRehash));
}

#[test]
fn asvs_6_2_8_new_hashes_are_of_the_whole_password() {
    let hasher = hasher();
    let password = SecretString::from("x".repeat(73));
    let hash = hasher.hash(&password).unwrap();

    for (other, verification) in [
        ("x".repeat(73), Verification::Match),
        ("x".repeat(72), Verification::Mismatch),
        ("X".repeat(73), Verification::Mismatch),
        (format!("{} ", "x".repeat(73)), Verification::Mismatch),
        (format!("{}\0", "x".repeat(73)), Verification::Mismatch),
    ] {
        assert_eq!(
            hasher.verify(&other.as_str().into(), &hash),
            Ok(verification)
        );
    }
}

#[test]
fn bcrypt_is_not_fooled_by_nul() {
    let of_a = parse("$2b$04$abcdefghijklmnopqrstuuMFdJu9yVgmagVAIC24fOZkaFqd3s9JC");
    let hasher = hasher();

    assert_eq!(
        hasher.verify(&"a".into(), &of_a),
        Ok(Verification::NeedsRehash)
    );
    // To bcrypt the first two are the key of "a" repeated, and a C string ends
    // at the NUL of the third.
    for password in ["a\0a", "a\0a\0a", "a\0b"] {
        let verified = hasher.verify(&password.into(), &of_a);
        assert_eq!(verified, Ok(Verification::Mismatch), "{password:?}");
    }
}

#[test]
fn a_password_has_a_length_before_it_is_hashed() {
    let hasher = hasher();
    let hash = hasher.hash(&"correct horse".into()).unwrap();
    for (hasher, length, error) in [
        (hasher.clone(), 0, Some(HashError::PasswordEmpty)),
        (hasher.clone(), 1, None),
        (hasher.clone(), 1024, None),
        (
            hasher.clone(),
            1025,
            Some(HashError::PasswordTooLong { limit: 1024 }),
        ),
        // ASVS 6.2.9: 64 characters of four bytes are always allowed.
        (hasher.clone().max_bytes(1), 256, None),
        (
            hasher.max_bytes(1),
            257,
            Some(HashError::PasswordTooLong { limit: 256 }),
        ),
    ] {
        let password = SecretString::from("x".repeat(length));

        assert_eq!(hasher.hash(&password).err(), error, "{length}");
        assert_eq!(hasher.verify(&password, &hash).err(), error, "{length}");
    }
}

#[test]
fn a_peppered_hash_is_the_argon2_of_an_hmac() {
    let hasher = hasher().peppers(ring("k1", 1));
    // argon2-cffi of Python's HMAC-SHA-256.
    let stored = "{hmac-sha256:k1}$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$GVPPLNFKDweEyOHlaEzKBKiWya70fQP4hNB8U5epVlM";

    let verified = hasher.verify(&"p\u{e4}ssword".into(), &parse(stored));

    assert_eq!(verified, Ok(Verification::NeedsRehash));
}

#[test]
fn peppers_rotate() {
    let password = SecretString::from("correct horse");
    let plain = hasher();
    let first = hasher().peppers(ring("k1", 1));
    let second = hasher().peppers(ring("k2", 2).old("k1", &vec![1; 32].into()).unwrap());
    let lost = hasher().peppers(ring("k2", 2));
    let other_key = hasher().peppers(ring("k1", 3));

    let unpeppered = plain.hash(&password).unwrap();
    let of_first = first.hash(&password).unwrap();

    assert!(
        of_first
            .as_str()
            .starts_with("{hmac-sha256:k1}$argon2id$v=19$")
    );
    assert_eq!(parse(of_first.as_str()), of_first);
    for (hasher, hash, verification) in [
        (&first, &of_first, Ok(Verification::Match)),
        (&first, &unpeppered, Ok(Verification::NeedsRehash)),
        (&second, &of_first, Ok(Verification::NeedsRehash)),
        (&other_key, &of_first, Ok(Verification::Mismatch)),
        (&lost, &of_first, Err(HashError::UnknownPepper)),
        (&plain, &of_first, Err(HashError::UnknownPepper)),
    ] {
        assert_eq!(hasher.verify(&password, hash), verification, "{hasher:?}");
    }
}

#[test]
fn asvs_11_4_2_salts_differ() {
    let password = SecretString::from("correct horse");

    let hashes = [
        hasher().hash(&password).unwrap(),
        hasher().hash(&password).unwrap(),
    ];

    assert_ne!(hashes[0], hashes[1]);
}

#[test]
fn debug_and_errors_hold_no_hash() {
    let hash = parse("$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG");
    let error = "$2b$04$abcdefghijkl".parse::<PasswordHash>().unwrap_err();

    assert_eq!(format!("{hash:?}"), "PasswordHash { format: Bcrypt, .. }");
    assert_eq!(error.to_string(), "stored bcrypt hash is malformed");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        let _ = text.parse::<PasswordHash>();
    }

    #[test]
    fn a_bent_hash_is_read_or_refused(
        row in 0..OF_PAESSWORD.len(),
        at in 0..120_usize,
        with in proptest::char::any(),
    ) {
        let mut text: Vec<char> = OF_PAESSWORD[row].1.chars().collect();
        let at = at % text.len();
        text[at] = with;
        let text: String = text.into_iter().collect();
        if let Ok(hash) = text.parse::<PasswordHash>() {
            prop_assert_eq!(hash.as_str(), text);
        }
    }

    #[test]
    fn a_new_hash_reads_back_and_verifies(password in "\\PC{1,40}") {
        let password = SecretString::from(password);
        let hash = hasher().hash(&password).unwrap();

        prop_assert_eq!(&parse(hash.as_str()), &hash);
        prop_assert_eq!(hasher().verify(&password, &hash), Ok(Verification::Match));
    }
}

fn hasher() -> PasswordHasher {
    PasswordHasher::new(Argon2Params::insecure_new(32, 1, 1).unwrap())
}

fn ring(id: &str, byte: u8) -> PepperRing {
    PepperRing::new(id, &vec![byte; 32].into()).unwrap()
}

fn parse(stored: &str) -> PasswordHash {
    stored.parse().unwrap()
}
