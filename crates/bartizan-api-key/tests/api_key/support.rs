use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use bartizan_api_key::{
    ApiKey, ApiKeyStore, ApiKeys, IssuedKey, KeyFormat, KeyGrant, Locator, MemoryApiKeyStore,
    PepperRing,
};
use bartizan_core::{Authenticate, GuardLayer};
use bartizan_testkit::FakeClock;
use http::{HeaderName, Request};

/// The time at which tests begin, in seconds since the epoch.
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) type Layer<S = MemoryApiKeyStore> = GuardLayer<Authenticate<ApiKey<S>>>;

/// Keys over a store, and the clock that they go by.
pub(crate) struct Fixture<S = MemoryApiKeyStore> {
    pub(crate) keys: Arc<ApiKeys<S>>,
    pub(crate) clock: FakeClock,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::over(MemoryApiKeyStore::new())
    }
}

impl<S: ApiKeyStore> Fixture<S> {
    pub(crate) fn over(store: S) -> Self {
        Self::made(|clock| ApiKeys::new(format("live"), peppers(), store).clock(clock))
    }

    pub(crate) fn made(make: impl FnOnce(FakeClock) -> ApiKeys<S>) -> Self {
        let clock = FakeClock::at_unix(NOW);
        let keys = Arc::new(make(clock.clone()));
        Self { keys, clock }
    }

    pub(crate) fn issue(&self, grant: KeyGrant) -> IssuedKey {
        block_on(self.keys.issue(grant)).unwrap()
    }

    pub(crate) fn scheme(&self) -> ApiKey<S> {
        ApiKey::new(Arc::clone(&self.keys))
    }

    pub(crate) fn layer(&self) -> Layer<S> {
        GuardLayer::new(Authenticate::required(self.scheme()))
    }

    /// Looks for keys in all kinds of places.
    pub(crate) fn layer_everywhere(&self) -> Layer<S> {
        let scheme = self.scheme().locators(everywhere()).unwrap();
        GuardLayer::new(Authenticate::required(scheme))
    }

    /// Returns whether the key is good now.
    pub(crate) fn is_good(&self, issued: &IssuedKey) -> bool {
        block_on(self.keys.verify(issued.key().expose_secret(), None)).is_ok()
    }
}

pub(crate) fn everywhere() -> [Locator; 5] {
    [
        Locator::default(),
        Locator::header(HeaderName::from_static("acme-key")).unwrap(),
        Locator::authorization(),
        Locator::cookie("acme_key").unwrap(),
        Locator::insecure_query("api_key").unwrap(),
    ]
}

pub(crate) fn format(environment: &str) -> KeyFormat {
    KeyFormat::new("acme", environment).unwrap()
}

pub(crate) fn peppers() -> PepperRing {
    PepperRing::new("1", &vec![7; 32].into()).unwrap()
}

pub(crate) fn grant() -> KeyGrant {
    KeyGrant::new("alice", "ci")
        .role("reader")
        .scope("items:read")
}

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Returns a request with these header fields.
pub(crate) fn request(target: &str, fields: &[(&str, &str)]) -> Request<()> {
    let mut request = Request::get(target);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap()
}

pub(crate) fn with_key(key: &str) -> Request<()> {
    request("/", &[("x-api-key", key)])
}

/// Returns a key like `key` with another digit in the place counted from the end, and
/// a checksum that is right.
pub(crate) fn forged(key: &str, from_end: usize) -> String {
    let mut text = key[..key.len() - 6].to_owned();
    let at = text.len() - from_end;
    let other = if text[at..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    text.replace_range(at..=at, other);
    with_checksum(&text)
}

/// The key with another character at its end.
pub(crate) fn misspelt(key: &str) -> String {
    let (start, last) = key.split_at(key.len() - 1);
    format!("{start}{}", if last == "0" { "1" } else { "0" })
}

pub(crate) fn with_checksum(text: &str) -> String {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut crc = usize::try_from(crc32(text.as_bytes())).unwrap();
    let mut digits = [0; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[crc % 62];
        crc /= 62;
    }
    format!("{text}{}", str::from_utf8(&digits).unwrap())
}

/// The CRC-32 of ISO 3309, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let shift = |crc: u32| (crc >> 1) ^ (if crc & 1 == 1 { 0xedb8_8320 } else { 0 });
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), |crc, _| shift(crc));
    !bytes.iter().fold(!0, byte)
}

/// Polls a future that is never woken until it is ready: in a test of a runtime's,
/// too.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}
