#[cfg(feature = "problem")]
use bartizan_problem::{CatchPanicLayer, ProblemLayer};
use tower_layer::Identity;

/// Says what stands around the guards of a stack.
pub trait Frame: sealed::Frame {
    /// What is around the guards.
    type Outer;

    /// What is within them, around the service.
    type Inner;

    /// Takes the frame apart.
    fn into_layers(self) -> (Self::Outer, Self::Inner);
}

/// Nothing around the guards.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Bare;

impl Frame for Bare {
    type Outer = Identity;
    type Inner = Identity;

    fn into_layers(self) -> (Identity, Identity) {
        (Identity::new(), Identity::new())
    }
}

/// Problem details around the guards, which also catches what panics in them, and a
/// catcher of panics within them, so that they mark its response, too.
#[cfg(feature = "problem")]
#[derive(Clone, Debug)]
pub struct Framed(pub(crate) ProblemLayer);

#[cfg(feature = "problem")]
impl Frame for Framed {
    type Outer = ProblemLayer;
    type Inner = CatchPanicLayer;

    fn into_layers(self) -> (ProblemLayer, CatchPanicLayer) {
        (self.0, CatchPanicLayer::new())
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "that is what seals `Frame`")]
    pub trait Frame {}

    impl Frame for super::Bare {}
    #[cfg(feature = "problem")]
    impl Frame for super::Framed {}
}
