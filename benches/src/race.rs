use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

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

/// What a variant took.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Timing {
    /// The name of the variant.
    pub name: &'static str,
    /// The median over the rounds, in nanoseconds for one call.
    pub median: f64,
    /// The 10th percentile over the rounds, in nanoseconds for one call.
    pub p10: f64,
    /// The median of the ratios to the first variant in the same round.
    pub ratio: f64,
    /// The median of the differences to the first variant in the same round.
    pub added: f64,
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
    #[must_use]
    pub fn run(mut self, rounds: usize) -> Vec<Timing> {
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
        let base = self.variants.first().map(|first| first.nanos.clone());
        let base = base.unwrap_or_default();
        let timing = |variant: &Variant<'_>| Timing {
            name: variant.name,
            median: quantile(variant.nanos.clone(), 0.5),
            p10: quantile(variant.nanos.clone(), 0.1),
            ratio: against(variant, &base, |a, b| a / b),
            added: against(variant, &base, |a, b| a - b),
        };
        self.variants.iter().map(timing).collect()
    }

    /// Runs `rounds` rounds, and prints a table under `title`.
    pub fn print(self, title: &str, rounds: usize) {
        let timings = self.run(rounds);
        println!("\n{title}");
        println!(
            "{:<44} {:>11} {:>11} {:>8} {:>10}",
            "", "median ns", "p10 ns", "ratio", "added ns"
        );
        for t in &timings {
            println!(
                "{:<44} {:>11.1} {:>11.1} {:>8.3} {:>10.1}",
                t.name, t.median, t.p10, t.ratio, t.added
            );
        }
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

fn against(variant: &Variant<'_>, base: &[f64], compare: impl Fn(f64, f64) -> f64) -> f64 {
    let pairs = variant.nanos.iter().zip(base);
    quantile(pairs.map(|(a, b)| compare(*a, *b)).collect(), 0.5)
}

fn quantile(mut values: Vec<f64>, q: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "an index into a few hundred values"
    )]
    let at = (values.len().saturating_sub(1) as f64 * q).round() as usize;
    values.get(at).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_quantiles() {
        let values = vec![5.0, 1.0, 3.0, 2.0, 4.0];
        assert!((quantile(values.clone(), 0.5) - 3.0).abs() < f64::EPSILON);
        assert!((quantile(values, 1.0) - 5.0).abs() < f64::EPSILON);
        assert!(quantile(Vec::new(), 0.5).is_nan());
    }

    #[test]
    fn compares_round_by_round_with_the_first() {
        let mut calls = [0_u32; 2];
        let [a, b] = &mut calls;
        let timings = Race::new()
            .variant("a", || *a += 1)
            .variant("b", || *b += 1)
            .run(5);
        assert_eq!(timings.len(), 2);
        assert!((timings[0].ratio - 1.0).abs() < f64::EPSILON);
        assert!(calls.iter().all(|calls| *calls > 5));
    }
}
