use std::any::Any;
use std::panic::{PanicHookInfo, set_hook};

/// Sends what panics say to the log, where secrets are masked, and not straight to
/// standard error.
pub(crate) fn log() {
    set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map(tracing::field::display);
        tracing::error!(place, message = said(panic.payload()), "panicked");
    }));
}

fn said(payload: &(dyn Any + Send)) -> Option<&str> {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_panic_says_is_found() {
        assert_eq!(said(&"text"), Some("text"));
        assert_eq!(said(&"text".to_owned()), Some("text"));
        assert_eq!(said(&7), None);
    }
}
