use http::{HeaderMap, HeaderName, Uri};

use super::{Attempt, AuthFailure, Scheme};
use crate::{BoxFuture, Challenge, RequestHead};

/// Two schemes, tried in turn. Made by [`Scheme::or`].
///
/// The second is tried only when the credentials of the first are absent: one that
/// refuses ends the attempt.
#[derive(Clone, Copy, Debug)]
pub struct Or<A, B> {
    first: A,
    second: B,
}

impl<A, B> Or<A, B> {
    pub(super) fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

impl<A: Scheme, B: Scheme> Scheme for Or<A, B> {
    fn name(&self) -> &'static str {
        "any-of"
    }

    fn authenticate(&self, head: RequestHead<'_>) -> Attempt {
        match self.first.authenticate(head) {
            Attempt::Absent => self.second.authenticate(head),
            Attempt::Wait(first) => {
                // Asked now, since the head is gone when the first has answered. One
                // that would wait, too, does nothing until it is polled.
                let second = self.second.authenticate(head);
                Attempt::Wait(Box::pin(async move {
                    match settle(first).await {
                        Attempt::Absent => second,
                        attempt => attempt,
                    }
                }))
            }
            attempt => attempt,
        }
    }

    fn challenge(&self, failure: Option<&AuthFailure>) -> Challenge {
        self.first.challenge(failure)
    }

    fn credential_fields(&self) -> Vec<HeaderName> {
        let mut fields = self.first.credential_fields();
        for field in self.second.credential_fields() {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields
    }

    fn strip(&self, uri: &mut Uri, headers: &mut HeaderMap) {
        self.first.strip(uri, headers);
        self.second.strip(uri, headers);
    }

    fn challenges(&self, failure: Option<&AuthFailure>, challenges: &mut Vec<Challenge>) {
        self.first.challenges(failure, challenges);
        self.second.challenges(failure, challenges);
    }
}

/// Waits until the attempt no longer asks to.
async fn settle(mut attempt: BoxFuture<Attempt>) -> Attempt {
    loop {
        match attempt.await {
            Attempt::Wait(next) => attempt = next,
            settled => return settled,
        }
    }
}
