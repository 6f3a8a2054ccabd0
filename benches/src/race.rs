use std::env;
use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::results::{Results, Timing};

/// Overrides the number of rounds, for a run that shall only show that it works.
const ROUNDS: &str = "BARTIZAN_BENCH_ROUNDS";

/// Times variants of the same work, interleaved.
///
/// In each round every variant runs one batch, in an order that changes from round
/// to round. The first variant is what the others are compared with.
#[derive(Default)]
#[must_use]
pub struct Race<'a> {
    variants: Vec<Variant<'a>>,
}

struct Variant<'a> {
    name: &'static str,
    run: Box<dyn FnMut() + 'a>,
    batch: u32,
    nanos: Vec<f64>,
}

const BATCH: Duration = Duration::from_millis(2);

impl<'a> Race<'a> {
    /// Creates a race without variants.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a variant; what `run` returns is kept from being optimised away.
    pub fn variant<T>(mut self, name: &'static str, mut run: impl FnMut() -> T + 'a) -> Self {
        self.variants.push(Variant {
            name,
            run: Box::new(move || drop(black_box(run()))),
            batch: 1,
            nanos: Vec::new(),
        });
        self
    }

    /// Runs `rounds` rounds, and returns what each variant took, in order.
    ///
    /// The environment variable `BARTIZAN_BENCH_ROUNDS` overrides their number.
    ///
    /// # Panics
    ///
    /// The variable holds something else than a number.
    #[must_use]
    pub fn run(mut self, rounds: usize) -> Results {
        let rounds = env::var(ROUNDS).map_or(rounds, |text| text.parse().expect("a number"));
        for variant in &mut self.variants {
            variant.calibrate();
        }
        let count = self.variants.len();
        for round in 0..rounds {
            for turn in 0..count {
                // Alternately forwards and backwards, from another start each time.
                let at = if round % 2 == 0 {
                    turn
                } else {
                    count - 1 - turn
                };
                if let Some(variant) = self.variants.get_mut((at + round / 2) % count) {
                    let nanos = variant.batch();
                    variant.nanos.push(nanos);
                }
            }
        }
        let timing = |variant: Variant<'_>| Timing::new(variant.name, variant.nanos);
        Results::new(self.variants.into_iter().map(timing).collect())
    }

    /// Runs `rounds` rounds, prints a table under `title`, and returns what it shows.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    #[expect(
        clippy::must_use_candidate,
        reason = "the table may be all that is wanted"
    )]
    pub fn print(self, title: &str, rounds: usize) -> Results {
        let results = self.run(rounds);
        println!("\n{title}\n{results}");
        results
    }
}

impl fmt::Debug for Race<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.variants.iter().map(|variant| variant.name);
        f.debug_list().entries(names).finish()
    }
}

impl Variant<'_> {
    fn calibrate(&mut self) {
        loop {
            let started = Instant::now();
            for _ in 0..self.batch {
                (self.run)();
            }
            if started.elapsed() >= BATCH || self.batch > 1 << 20 {
                return;
            }
            self.batch *= 2;
        }
    }

    fn batch(&mut self) -> f64 {
        let started = Instant::now();
        for _ in 0..self.batch {
            (self.run)();
        }
        started.elapsed().as_secs_f64() * 1e9 / f64::from(self.batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_every_variant_in_each_round() {
        let mut calls = [0_u32; 2];
        let [a, b] = &mut calls;
        let results = Race::new()
            .variant("a", || *a += 1)
            .variant("b", || *b += 1)
            .run(5);
        assert!((results.ratio("a", "a") - 1.0).abs() < f64::EPSILON);
        assert!(results.ratio("b", "a").is_finite());
        assert!(calls.iter().all(|calls| *calls > 5));
    }
}
