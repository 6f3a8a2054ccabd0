use bartizan_core::chain::{And, Chain};

/// Says what the guards of a stack become when `C` joins them.
pub trait Join<C>: sealed::Guards {
    /// All of them, as one.
    type Joined;

    /// Puts `next` behind the guards.
    fn join(self, next: C) -> Self::Joined;
}

/// No guard so far.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct NoGuards;

impl<C: Chain> Join<C> for NoGuards {
    type Joined = Fused<C>;

    fn join(self, next: C) -> Fused<C> {
        Fused(next)
    }
}

/// Guards that run as one service with one future.
#[derive(Clone, Copy, Debug)]
pub struct Fused<C>(pub(crate) C);

impl<A: Chain, B: Chain> Join<B> for Fused<A> {
    type Joined = Fused<And<A, B>>;

    fn join(self, next: B) -> Self::Joined {
        Fused(self.0.and(next))
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "that is what seals `Join`")]
    pub trait Guards {}

    impl Guards for super::NoGuards {}
    impl<C> Guards for super::Fused<C> {}
}
