use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

pin_project! {
    /// The body of a response that went through [`Problems`](crate::Problems): the
    /// inner service's, or problem details in its place.
    pub struct ProblemBody<B> {
        #[pin]
        state: State<B>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<B> {
        Inner {
            #[pin]
            body: B,
        },
        Details {
            bytes: Bytes,
        },
    }
}

impl<B> ProblemBody<B> {
    pub(crate) fn inner(body: B) -> Self {
        Self {
            state: State::Inner { body },
        }
    }

    pub(crate) fn details(bytes: Bytes) -> Self {
        Self {
            state: State::Details { bytes },
        }
    }

    /// Returns the inner service's body, when it was left as it is.
    #[must_use]
    pub fn into_inner(self) -> Option<B> {
        match self.state {
            State::Inner { body } => Some(body),
            State::Details { .. } => None,
        }
    }
}

impl<B: Body<Data = Bytes>> Body for ProblemBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().state.project() {
            StateProj::Inner { body } => body.poll_frame(cx),
            StateProj::Details { bytes } if bytes.is_empty() => Poll::Ready(None),
            StateProj::Details { bytes } => {
                let bytes = std::mem::take(bytes);
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.state {
            State::Inner { body } => body.is_end_stream(),
            State::Details { bytes } => bytes.is_empty(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.state {
            State::Inner { body } => body.size_hint(),
            State::Details { bytes } => {
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                SizeHint::with_exact(length)
            }
        }
    }
}

impl<B: Default> Default for ProblemBody<B> {
    fn default() -> Self {
        Self::inner(B::default())
    }
}

impl<B> fmt::Debug for ProblemBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Inner { .. } => "Inner",
            State::Details { .. } => "Details",
        })
    }
}
