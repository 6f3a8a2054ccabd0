use std::any::Any;
use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bartizan_core::Rejection;
use http::StatusCode;

use crate::catalogue::INTERNAL;

/// The message of a panic that was caught: the source of the rejection, for the log
/// alone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Panicked {
    message: String,
}

/// The most bytes of a message that are kept: what panics may show all of a request.
const MAX_MESSAGE: usize = 1024;

impl Panicked {
    /// Reads the message of a payload, and drops it, which may panic once more.
    pub(crate) fn of(payload: Box<dyn Any + Send>) -> Self {
        let panicked = Self::read(&*payload);
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            // Whoever does this once may do it without end.
            std::mem::forget(payload);
        }
        panicked
    }

    fn read(payload: &(dyn Any + Send)) -> Self {
        let message = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("the panic has no message");
        let mut end = message.len().min(MAX_MESSAGE);
        while !message.is_char_boundary(end) {
            end = end.saturating_sub(1);
        }
        Self {
            message: message.get(..end).unwrap_or_default().to_owned(),
        }
    }

    pub(crate) fn into_rejection(self) -> Rejection {
        fault(StatusCode::INTERNAL_SERVER_ERROR).caused_by(self)
    }
}

/// What a client learns of any fault of the application.
pub(crate) fn fault(status: StatusCode) -> Rejection {
    Rejection::new(status, INTERNAL, "the service failed to answer")
}

impl Error for Panicked {}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_messages_that_panics_have() {
        let long = format!("{}\u{e4}", "a".repeat(MAX_MESSAGE - 1));
        let payloads: [(Box<dyn Any + Send>, &str); 4] = [
            (Box::new("static"), "panicked: static"),
            (Box::new("made".to_owned()), "panicked: made"),
            (Box::new(7), "panicked: the panic has no message"),
            (
                Box::new(long),
                &format!("panicked: {}", "a".repeat(MAX_MESSAGE - 1)),
            ),
        ];

        for (payload, expected) in payloads {
            assert_eq!(Panicked::of(payload).to_string(), expected);
        }
    }
}
