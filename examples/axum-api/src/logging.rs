use std::error::Error;
use std::io;

use bartizan::secret::{MaskLogs, Masker};
use tracing::Level;

use crate::settings::{LogFormat, LogLevel, Settings};

/// Sends the log to standard error, and masks secrets in it: those that the masker
/// returned is told of, and what looks like one.
pub(crate) fn start(settings: &Settings) -> Result<Masker, Box<dyn Error>> {
    let masker = Masker::new();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level(settings.told.log_level))
        .with_ansi(false)
        .with_writer(MaskLogs::new(io::stderr, masker.clone()));
    match settings.told.log {
        LogFormat::Json => subscriber.json().try_init(),
        LogFormat::Text => subscriber.try_init(),
    }
    .map_err(|error| error as Box<dyn Error>)?;
    Ok(masker)
}

fn level(level: LogLevel) -> Level {
    match level {
        LogLevel::Debug => Level::DEBUG,
        LogLevel::Error => Level::ERROR,
        LogLevel::Info => Level::INFO,
        LogLevel::Trace => Level::TRACE,
        LogLevel::Warn => Level::WARN,
    }
}
