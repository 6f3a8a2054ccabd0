use super::bucket::Bucket;
use crate::{BucketState, Quotas, Taken};

/// The buckets of one request, in place and in order.
pub(super) struct Buckets<'a>(pub(super) [Option<Bucket<'a>>; Quotas::MAX]);

impl Buckets<'_> {
    /// Looks first, so that a request that is refused writes nothing; then takes in
    /// order, and gives back when another request came in between.
    pub(super) fn take(&self) -> Taken {
        if self.iter().any(|bucket| bucket.peek().is_err()) {
            let seen = self.peek();
            if !seen.is_allowed() {
                return seen;
            }
        }
        let mut states = Vec::with_capacity(self.iter().count());
        for (at, bucket) in self.iter().enumerate() {
            let debt = bucket.take();
            states.push(bucket.taken(debt));
            if let Err(debt) = debt {
                self.iter().take(at).for_each(Bucket::give_back);
                return self.refused(at, bucket.state(debt, debt));
            }
        }
        Taken::several(states)
    }

    pub(super) fn peek(&self) -> Taken {
        let seen = self.states(|bucket| bucket.taken(bucket.peek()));
        if seen.is_allowed() {
            return seen;
        }
        self.states(|bucket| bucket.untouched())
    }

    pub(super) fn penalise(&self) -> Taken {
        self.states(|bucket| {
            let (before, after) = bucket.penalise();
            bucket.state(before, after)
        })
    }

    pub(super) fn give_back(&self) {
        self.iter().for_each(Bucket::give_back);
    }

    /// Says how the buckets stand, of which the one at `at` refused.
    fn refused(&self, at: usize, state: BucketState) -> Taken {
        let states = self.iter().enumerate();
        let states = states.map(|(index, bucket)| {
            if index == at {
                state
            } else {
                bucket.untouched()
            }
        });
        Taken::several(states.collect())
    }

    fn states(&self, state: impl Fn(&Bucket<'_>) -> BucketState) -> Taken {
        Taken::several(self.iter().map(state).collect())
    }

    fn iter(&self) -> impl Iterator<Item = &Bucket<'_>> {
        self.0.iter().flatten()
    }
}
