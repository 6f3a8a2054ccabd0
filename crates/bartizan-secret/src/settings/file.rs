use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use zeroize::{Zeroize, Zeroizing};

use crate::SecretString;
use crate::settings::ProblemKind;

/// What a file's group and others must not be allowed to do with it, as permission
/// bits.
pub(crate) type Forbidden = u32;

pub(crate) const NOTHING: Forbidden = 0;
pub(crate) const READ_OR_WRITE: Forbidden = 0o066;
#[cfg(feature = "toml")]
pub(crate) const WRITE: Forbidden = 0o022;

/// Reads a file whole, when it is plain, private, short and text. `Ok(None)`
/// means that there is none.
pub(crate) fn read(
    path: &Path,
    limit: u64,
    forbidden: Forbidden,
) -> Result<Option<SecretString>, ProblemKind> {
    match open(path, limit, forbidden) {
        Ok(text) => Ok(Some(text)),
        Err(ProblemKind::Unreadable(io::ErrorKind::NotFound)) => Ok(None),
        Err(problem) => Err(problem),
    }
}

fn open(path: &Path, limit: u64, forbidden: Forbidden) -> Result<SecretString, ProblemKind> {
    // Asked before opening: opening a pipe would wait for its other end.
    if !fs::metadata(path)
        .map_err(|error| unreadable(&error))?
        .is_file()
    {
        return Err(ProblemKind::Unreadable(io::ErrorKind::InvalidInput));
    }
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    // Asked of the open file, too: the path may lead elsewhere by now.
    let metadata = file.metadata().map_err(|error| unreadable(&error))?;
    if !metadata.is_file() {
        return Err(ProblemKind::Unreadable(io::ErrorKind::InvalidInput));
    }
    check_mode(&metadata, forbidden)?;
    if metadata.len() > limit {
        return Err(ProblemKind::TooLong { limit });
    }

    // One byte of room more than the limit, so that the buffer never grows and
    // leaves a copy, not even when the file is growing.
    let room = usize::try_from(limit.saturating_add(1)).unwrap_or(usize::MAX);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() >= room {
        return Err(ProblemKind::TooLong { limit });
    }
    match String::from_utf8(std::mem::take(&mut *bytes)) {
        Ok(text) => Ok(text.into()),
        Err(error) => {
            error.into_bytes().zeroize();
            Err(ProblemKind::NotText)
        }
    }
}

#[cfg(unix)]
fn check_mode(metadata: &fs::Metadata, forbidden: Forbidden) -> Result<(), ProblemKind> {
    use std::os::unix::fs::PermissionsExt;

    let mode = metadata.permissions().mode() & 0o7777;
    if mode & forbidden == 0 {
        Ok(())
    } else {
        Err(ProblemKind::Exposed { mode })
    }
}

/// Elsewhere, who may read a file is not told by bits.
#[cfg(not(unix))]
fn check_mode(_: &fs::Metadata, _: Forbidden) -> Result<(), ProblemKind> {
    Ok(())
}

fn unreadable(error: &io::Error) -> ProblemKind {
    ProblemKind::Unreadable(error.kind())
}
