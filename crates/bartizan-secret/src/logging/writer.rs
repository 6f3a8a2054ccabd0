use std::fmt;
use std::io::{self, Write};

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

use crate::Masker;

/// The most bytes of one event that are kept to be masked, 1 MiB.
const MAX_EVENT: usize = 1024 * 1024;
const CUT: &[u8] = b"\n[cut: too long to mask]\n";

/// Makes writers that mask secrets in each event before another writer gets it.
///
/// ```
/// use bartizan_secret::{MaskLogs, Masker, SecretString};
///
/// let masker = Masker::new();
/// masker.register(&SecretString::from("hunter2"))?;
///
/// let subscriber = tracing_subscriber::fmt()
///     .with_writer(MaskLogs::new(std::io::stderr, masker.clone()))
///     .finish();
/// # tracing::subscriber::with_default(subscriber, || tracing::info!("hunter2"));
/// # Ok::<(), bartizan_secret::UnmaskableSecret>(())
/// ```
#[derive(Clone)]
pub struct MaskLogs<M> {
    inner: M,
    masker: Masker,
}

impl<M> MaskLogs<M> {
    /// Masks what goes to the writers that `inner` makes.
    pub fn new(inner: M, masker: Masker) -> Self {
        Self { inner, masker }
    }
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for MaskLogs<M> {
    type Writer = MaskingWriter<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        MaskingWriter::new(self.inner.make_writer(), self.masker.clone())
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Self::Writer {
        MaskingWriter::new(self.inner.make_writer_for(metadata), self.masker.clone())
    }
}

impl<M> fmt::Debug for MaskLogs<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskLogs").finish_non_exhaustive()
    }
}

/// Keeps what is written until it is flushed or dropped, and hands it on masked.
///
/// So a secret that comes in two pieces is seen whole. Of more than 1 MiB the
/// rest is left out, with a note, since half a secret could not be recognised.
pub struct MaskingWriter<W: Write> {
    inner: W,
    masker: Masker,
    kept: Vec<u8>,
    is_cut: bool,
}

impl<W: Write> MaskingWriter<W> {
    /// Masks what goes to `inner`.
    pub fn new(inner: W, masker: Masker) -> Self {
        Self {
            inner,
            masker,
            kept: Vec::new(),
            is_cut: false,
        }
    }

    fn hand_on(&mut self) -> io::Result<()> {
        let is_cut = std::mem::take(&mut self.is_cut);
        let kept = std::mem::take(&mut self.kept);
        if is_cut {
            self.inner.write_all(&self.masker.mask_beginning(&kept))?;
            self.inner.write_all(CUT)
        } else if kept.is_empty() {
            Ok(())
        } else {
            self.inner.write_all(&self.masker.mask(&kept))
        }
    }
}

impl<W: Write> Write for MaskingWriter<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let room = MAX_EVENT - self.kept.len();
        match text.get(..room) {
            Some(part) if part.len() < text.len() => {
                self.kept.extend_from_slice(part);
                self.is_cut = true;
            }
            _ => self.kept.extend_from_slice(text),
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.inner.flush()
    }
}

/// Hands on what is left. An error has nowhere to go.
impl<W: Write> Drop for MaskingWriter<W> {
    fn drop(&mut self) {
        let _lost = self.hand_on();
    }
}

impl<W: Write> fmt::Debug for MaskingWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaskingWriter").finish_non_exhaustive()
    }
}
