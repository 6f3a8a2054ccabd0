use std::io;
use std::sync::{Arc, Mutex, Once, PoisonError};

use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// Captures what is logged on this thread, at every level, until it is dropped.
///
/// For tests that show that a secret is not logged. The first one makes a subscriber
/// that writes nowhere the process's default, if there is none: without, tests on
/// other threads could make `tracing` remember that nobody wants an event.
#[derive(Debug)]
pub struct LogCapture {
    written: Written,
    _guard: DefaultGuard,
}

impl LogCapture {
    /// Starts to capture.
    #[must_use]
    pub fn start() -> Self {
        static INTEREST: Once = Once::new();
        INTEREST.call_once(|| {
            let nowhere = tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_writer(io::sink)
                .finish();
            // An error means that there is a default already.
            let _ = tracing::subscriber::set_global_default(nowhere);
        });
        let written = Written::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(written.clone())
            .finish();
        Self {
            written,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    /// Returns all lines so far.
    #[must_use]
    pub fn text(&self) -> String {
        let bytes = self.written.0.lock();
        let bytes = bytes.unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[derive(Clone, Debug, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Written {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
