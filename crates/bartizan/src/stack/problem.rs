use std::marker::PhantomData;

use bartizan_problem::ProblemLayer;

use super::Stack;
use crate::step::{Before, Framed, Problem};

impl<At, Guards, Client, Frame> Stack<At, Guards, Client, Frame> {
    /// Gives errors of all steps, faults of the service and panics their body:
    /// problem details.
    ///
    /// A panic of the service is caught within the guards, so that the security
    /// headers and those of CORS are on its response as well.
    pub fn problem(self, problem: ProblemLayer) -> Stack<Problem, Guards, Client, Framed>
    where
        At: Before<Problem>,
    {
        Stack {
            guards: self.guards,
            frame: Framed(problem),
            observer: self.observer,
            at: PhantomData,
        }
    }
}
