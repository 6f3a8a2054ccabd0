//! A quota that is read can be written and read again, and is counted without overflow.
#![no_main]

use std::time::Duration;

use bartizan_rate_limit::{Bucket, Quotas};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let quotas = match text.parse::<Quotas>() {
        Ok(quotas) => quotas,
        Err(error) => {
            let position = error.position().expect("a text was read");
            assert!(position <= text.len() && text.is_char_boundary(position));
            return;
        }
    };
    assert_eq!(quotas.to_string().parse::<Quotas>().as_ref(), Ok(&quotas));
    for quota in &quotas {
        let mut bucket = Bucket::default();
        let full = bucket.take(quota, quota.burst_size(), Duration::MAX);
        assert_eq!(
            full.is_allowed(),
            quota.limit() > 0 || quota.burst_size() == 0
        );
        assert!(
            !bucket.take(quota, u32::MAX, Duration::ZERO).is_allowed()
                || quota.burst_size() == u32::MAX
        );
    }
});
