use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use bartizan_core::{BoxError, Principal, Rejection, Reply, RequestHead};

use crate::denied::Reason;
use crate::judge::{Case, Judge, Waiting, permit};
use crate::policy::{Asked, Consult, Leaf, Truth, recorded};
use crate::{Denied, Policy, PolicyUnavailable, Question, Ruling};

/// What one source says, or will say.
struct Answer {
    /// Which leaf of the policy asks, from left to right.
    leaf: usize,
    consult: Consult,
    reply: Reply<Result<Ruling, BoxError>>,
}

impl Judge {
    /// Judges by a policy for which other programs are asked: all of them, unless the
    /// request is refused whatever they say.
    ///
    /// Returns the verdict as `Err` where nobody has to wait for it.
    pub(crate) fn consult(
        self: &Arc<Self>,
        case: &Arc<Case>,
        asked: &Asked<'_>,
        head: RequestHead<'_>,
    ) -> Result<Waiting, Result<(), Rejection>> {
        let truths = case.policy.record(asked);
        if case.policy.fold(&mut recorded(&truths)) == Truth::No {
            return Err(Err(self.denied(case, asked.principal, &truths)));
        }
        let mut answers = ask(case, asked.principal, head);
        if answers
            .iter()
            .all(|answer| matches!(answer.reply, Reply::Ready(_)))
        {
            return Err(self.settle(case, asked.principal, truths, answers));
        }
        let (judge, case) = (Arc::clone(self), Arc::clone(case));
        let principal = asked.principal.clone();
        Ok(Box::pin(async move {
            wait(&mut answers).await;
            permit(&case, judge.settle(&case, &principal, truths, answers))
        }))
    }

    /// A ruling that forbids overrides everything; a failure overrides what would
    /// permit, since it might have been such a ruling.
    fn settle(
        &self,
        case: &Case,
        principal: &Principal,
        mut truths: Vec<Truth>,
        answers: Vec<Answer>,
    ) -> Result<(), Rejection> {
        let mut failure = None;
        for answer in answers {
            let truth = match answer.reply {
                Reply::Ready(Ok(Ruling::Permit)) => Truth::Yes,
                Reply::Ready(Ok(Ruling::Deny)) => Truth::No,
                Reply::Ready(Ok(Ruling::Forbid)) => {
                    let reason = Reason::Forbidden(Policy::of(Leaf::Consult(answer.consult)));
                    let detail = "the request is not permitted";
                    return Err(Rejection::forbidden("not-permitted", detail)
                        .caused_by(Denied::new(case.rule.as_ref(), reason)));
                }
                Reply::Ready(Err(cause)) => {
                    let name = answer.consult.source.name();
                    failure = Some(PolicyUnavailable::new(name, cause));
                    Truth::Unknown
                }
                Reply::Wait(_) => Truth::Unknown,
            };
            if let Some(place) = truths.get_mut(answer.leaf) {
                *place = truth;
            }
        }
        let truth = case.policy.fold(&mut recorded(&truths));
        match (truth, failure) {
            (Truth::No, _) => Err(self.denied(case, principal, &truths)),
            (_, Some(failure)) => Err(Rejection::unavailable("policy-unavailable", failure)),
            (Truth::Yes, None) => Ok(()),
            (Truth::Unknown, None) => {
                let cause = "a part of the policy is not known";
                Err(Rejection::unavailable("policy-unavailable", cause))
            }
        }
    }
}

fn ask(case: &Case, principal: &Principal, head: RequestHead<'_>) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut index = 0;
    case.policy.each_leaf(&mut |leaf| {
        if let Leaf::Consult(consult) = leaf {
            let question = Question {
                principal,
                action: &consult.action,
                head,
                rule: case.rule.as_deref(),
            };
            answers.push(Answer {
                leaf: index,
                consult: consult.clone(),
                reply: consult.source.decide(&question),
            });
        }
        index += 1;
    });
    answers
}

/// Waits for all answers at once.
async fn wait(answers: &mut [Answer]) {
    poll_fn(|cx| {
        let mut is_pending = false;
        for answer in answers.iter_mut() {
            if let Reply::Wait(future) = &mut answer.reply {
                match future.as_mut().poll(cx) {
                    Poll::Ready(ruling) => answer.reply = Reply::Ready(ruling),
                    Poll::Pending => is_pending = true,
                }
            }
        }
        if is_pending {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}
