use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bartizan_core::Pass;
use http::{Request, Response};

use super::asked::{Entries, Entry};
use super::one::One;
use super::settings::Settings;
use super::told::Told;
use crate::outcome::Left;
use crate::{QuotaOutcome, Taken, fields};

/// What a [`RateLimit`](crate::RateLimit) lets pass.
pub struct Admission(Kept);

/// What is kept of a request: the less, the less has to be moved with it.
enum Kept {
    Nothing,
    One(One),
    All(Box<Taking>),
}

/// What a request took.
struct Taking {
    settings: Arc<Settings>,
    entries: Entries,
    taken: Taken,
    /// Kept where something may be done with them later.
    keys: Option<Box<[u8]>>,
    now: SystemTime,
}

impl Admission {
    /// Of a request that leaves no trace.
    pub(super) const fn silent() -> Self {
        Self(Kept::Nothing)
    }

    /// Of a request under one quota, of which only the usual is told.
    #[inline]
    pub(super) const fn one(one: One) -> Self {
        Self(Kept::One(one))
    }

    /// Of a request that took something of `entries`, at `now`.
    pub(super) fn of(
        settings: &Arc<Settings>,
        entries: Entries,
        keys: &[u8],
        taken: Taken,
        now: SystemTime,
    ) -> Self {
        let needs_keys = settings.refunds.are_possible() || settings.fields.has_partition_key();
        Self(Kept::All(Box::new(Taking {
            settings: Arc::clone(settings),
            entries,
            taken,
            keys: needs_keys.then(|| keys.into()),
            now,
        })))
    }
}

impl Pass for Admission {
    #[inline]
    fn admit<B>(&mut self, request: &mut Request<B>) {
        match &self.0 {
            Kept::One(one) if one.has_outcome() => {
                let left = one.left().clone();
                if !one.has_fields() {
                    self.0 = Kept::Nothing;
                }
                QuotaOutcome::leave([left], request.extensions_mut());
            }
            Kept::All(taking) if taking.settings.has_outcome => {
                QuotaOutcome::leave(taking.left(), request.extensions_mut());
            }
            Kept::All(_) | Kept::Nothing | Kept::One(_) => {}
        }
    }

    /// `RateLimit` and `RateLimit-Policy`; the older ones are three more.
    #[inline]
    fn fields(&self) -> usize {
        match &self.0 {
            Kept::One(one) if one.has_fields() => 2,
            Kept::All(taking) => taking.settings.fields.count(),
            Kept::Nothing | Kept::One(_) => 0,
        }
    }

    #[inline]
    fn seal<B>(self, response: &mut Response<B>) {
        match self.0 {
            Kept::Nothing => {}
            Kept::One(one) => one.seal(response),
            Kept::All(taking) => taking.seal(response),
        }
    }
}

impl Taking {
    fn left(&self) -> impl Iterator<Item = Left> {
        self.entries.left(&self.taken)
    }

    fn seal<B>(self, response: &mut Response<B>) {
        let (settings, entries) = (&self.settings, &self.entries);
        let refunded = self.keys.as_deref().and_then(|keys| {
            let then = (&self.taken, self.now);
            settings
                .refunds
                .give_back(settings, entries, keys, then, response)
        });
        if settings.fields.is_none() {
            return;
        }
        if !entries.iter().all(Entry::is_own) && fields::has_denied_access(response) {
            return;
        }
        let told = Told {
            entries,
            taken: &self.taken,
            keys: self.keys.as_deref(),
            refunded,
        };
        fields::append(response.headers_mut(), &settings.fields, &told, self.now);
    }
}

/// Shows as little as [`QuotaOutcome`] does.
impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        match &self.0 {
            Kept::Nothing => {}
            Kept::One(one) => drop(list.entries(one.left().state())),
            Kept::All(taking) => {
                for left in taking.left() {
                    list.entries(left.state());
                }
            }
        }
        list.finish()
    }
}
