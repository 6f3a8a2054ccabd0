use bartizan_core::{ClientAddr, Principal};
#[cfg(feature = "rate-limit")]
use bartizan_rate_limit::QuotaOutcome;
use tonic::{Request, Status};

/// Reads what guards have found out from a `tonic` request.
///
/// # Example
///
/// ```
/// use bartizan::extract::RequestExt;
/// use tonic::{Request, Response, Status};
///
/// async fn hello(request: Request<()>) -> Result<Response<String>, Status> {
///     let principal = request.require_principal()?;
///     Ok(Response::new(format!("Hello, {}!", principal.subject())))
/// }
/// # let _ = hello;
/// ```
pub trait RequestExt: sealed::Sealed {
    /// Returns the principal, if the request has one.
    fn principal(&self) -> Option<&Principal>;

    /// Returns the principal, where the stack authenticates.
    ///
    /// # Errors
    ///
    /// `INTERNAL`, with an error in the log, when there is none: a method that asks who
    /// is calling, where no guard authenticates, is a mistake in how the server was
    /// put together.
    fn require_principal(&self) -> Result<&Principal, Status> {
        self.principal().ok_or_else(not_guarded)
    }

    /// Returns the address of the client, if a guard has found it.
    fn client_addr(&self) -> Option<ClientAddr>;

    /// Returns what the rate limits of the request came to.
    #[cfg(feature = "rate-limit")]
    fn quota(&self) -> Option<&QuotaOutcome>;
}

impl<T> RequestExt for Request<T> {
    fn principal(&self) -> Option<&Principal> {
        self.extensions().get()
    }

    fn client_addr(&self) -> Option<ClientAddr> {
        self.extensions().get().copied()
    }

    #[cfg(feature = "rate-limit")]
    fn quota(&self) -> Option<&QuotaOutcome> {
        self.extensions().get()
    }
}

#[cold]
fn not_guarded() -> Status {
    tracing::error!(
        target: "bartizan",
        guard = "extractor",
        reason = "no guard has authenticated the request",
        "failed",
    );
    Status::internal("the service is not set up for this request")
}

mod sealed {
    #[expect(unnameable_types, reason = "that is what seals `RequestExt`")]
    pub trait Sealed {}

    impl<T> Sealed for tonic::Request<T> {}
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;

    #[test]
    fn reads_what_guards_have_left() {
        let mut request = Request::new(());
        let alice = Principal::builder("alice").build();
        request.extensions_mut().insert(alice);
        let client = ClientAddr::new([127, 0, 0, 1].into());
        request.extensions_mut().insert(client);

        assert_eq!(request.require_principal().unwrap().subject(), "alice");
        assert_eq!(request.client_addr(), Some(client));
    }

    #[test]
    fn a_missing_principal_is_a_fault_of_ours() {
        let log = bartizan_testkit::LogCapture::start();
        let request = Request::new(());

        let status = request.require_principal().unwrap_err();

        assert_eq!(status.code(), Code::Internal);
        assert!(log.text().contains("ERROR"), "{}", log.text());
        assert!(request.principal().is_none());
        assert!(request.client_addr().is_none());
    }
}
