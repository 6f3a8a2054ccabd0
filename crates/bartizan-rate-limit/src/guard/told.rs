use std::time::Duration;

use http::HeaderValue;

use super::asked::Entries;
use super::standing::Standing;
use crate::Taken;
use crate::fields::{Limit, Limits};

/// What header fields tell of the limits of a request.
pub(super) struct Told<'a> {
    pub(super) entries: &'a Entries,
    pub(super) taken: &'a Taken,
    /// The keys, where there is something to tell of them.
    pub(super) keys: Option<&'a [u8]>,
    /// How long the request had what it gave back.
    pub(super) refunded: Option<Duration>,
}

impl Limits for Told<'_> {
    fn each(&self, mut tell: impl FnMut(Limit<'_>)) {
        let mut states = self.taken.states().iter();
        for entry in self.entries.iter() {
            let plan = entry.plan();
            for (policy, quota) in plan.policies().iter().zip(plan.quotas()) {
                let Some(state) = states.next() else {
                    return;
                };
                let mut standing = Standing::of(state, quota);
                if let Some(elapsed) = self.refunded {
                    let given = state.unrefilled(quota, entry.cost(), elapsed);
                    standing = standing.after_refund(quota, given);
                }
                tell(Limit {
                    policy,
                    remaining: u64::from(standing.remaining),
                    reset: u64::from(standing.next),
                    key: self.keys.map(|keys| entry.key(keys)),
                });
            }
        }
    }

    fn policies(&self) -> impl Iterator<Item = &HeaderValue> {
        self.entries.iter().map(|entry| entry.plan().value())
    }
}
