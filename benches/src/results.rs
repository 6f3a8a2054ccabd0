use std::fmt;

use crate::Row;

/// What the variants of a [`Race`](crate::Race) took, round by round.
///
/// Ratios and differences are medians over those of each round: a machine whose
/// speed drifts then drifts for both.
#[derive(Clone, Debug)]
pub struct Results(Vec<Timing>);

/// What one variant took.
#[derive(Clone, Debug)]
pub(crate) struct Timing {
    name: &'static str,
    /// One for each round, for one call.
    nanos: Vec<f64>,
}

impl Timing {
    pub(crate) fn new(name: &'static str, nanos: Vec<f64>) -> Self {
        Self { name, nanos }
    }
}

impl Results {
    pub(crate) fn new(timings: Vec<Timing>) -> Self {
        Self(timings)
    }

    /// Returns the median of a variant, in nanoseconds for one call.
    #[must_use]
    pub fn median(&self, name: &str) -> f64 {
        quantile(self.nanos(name).to_vec(), 0.5)
    }

    /// Returns the 10th percentile of a variant, in nanoseconds for one call.
    #[must_use]
    pub fn p10(&self, name: &str) -> f64 {
        quantile(self.nanos(name).to_vec(), 0.1)
    }

    /// Returns how many times as long as `peer` the variant `ours` takes.
    #[must_use]
    pub fn ratio(&self, ours: &str, peer: &str) -> f64 {
        let pairs = self.nanos(ours).iter().zip(self.nanos(peer));
        quantile(pairs.map(|(a, b)| a / b).collect(), 0.5)
    }

    /// Returns what a variant takes more than the first one, in nanoseconds.
    #[must_use]
    pub fn added(&self, name: &str) -> f64 {
        let pairs = self.nanos(name).iter().zip(self.base());
        quantile(pairs.map(|(a, b)| a - b).collect(), 0.5)
    }

    /// Returns how many times as much as `peer` the variant `ours` adds to the first
    /// one. Not a number when the peer adds nothing that could be measured.
    #[must_use]
    pub fn added_ratio(&self, ours: &str, peer: &str) -> f64 {
        let pairs = self.nanos(ours).iter().zip(self.nanos(peer));
        let added = pairs.zip(self.base());
        let ratios = added.filter_map(|((ours, peer), base)| {
            let (ours, peer) = (ours - base, peer - base);
            (peer > 0.0).then_some(ours / peer)
        });
        quantile(ratios.collect(), 0.5)
    }

    /// Returns the row of a layer: what `ours` adds to the first variant, beside
    /// what `peer` adds.
    pub fn layer_row(&self, name: impl Into<String>, ours: &str, peer: &str) -> Row {
        Row::new(name)
            .nanos(self.added(ours))
            .peer(peer, self.added(peer))
            .ratio(self.added_ratio(ours, peer))
    }

    /// Returns the row of a layer without a peer: what `ours` adds to the first variant.
    pub fn added_row(&self, name: impl Into<String>, ours: &str) -> Row {
        Row::new(name).nanos(self.added(ours))
    }

    /// Returns the row of a function: what `ours` takes, beside what `peer` takes.
    pub fn row(&self, name: impl Into<String>, ours: &str, peer: &str) -> Row {
        Row::new(name)
            .nanos(self.median(ours))
            .peer(peer, self.median(peer))
            .ratio(self.ratio(ours, peer))
    }

    fn nanos(&self, name: &str) -> &[f64] {
        let timing = self.0.iter().find(|timing| timing.name == name);
        &timing.expect("a variant of this race").nanos
    }

    fn base(&self) -> &[f64] {
        self.0.first().map_or(&[], |first| &first.nanos)
    }
}

/// The table.
impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<44} {:>11} {:>11} {:>8} {:>10}",
            "", "median ns", "p10 ns", "ratio", "added ns"
        )?;
        let first = self.0.first().map_or("", |first| first.name);
        for Timing { name, .. } in &self.0 {
            write!(
                f,
                "\n{name:<44} {:>11.1} {:>11.1} {:>8.3} {:>10.1}",
                self.median(name),
                self.p10(name),
                self.ratio(name, first),
                self.added(name)
            )?;
        }
        Ok(())
    }
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
        assert_eq!(quantile(values.clone(), 0.5).total_cmp(&3.0), EQUAL);
        assert_eq!(quantile(values, 1.0).total_cmp(&5.0), EQUAL);
        assert!(quantile(Vec::new(), 0.5).is_nan());
    }

    #[test]
    fn compares_within_each_round_what_drifts_between_them() {
        let results = Results(vec![
            Timing::new("inner", vec![10.0, 20.0, 40.0]),
            Timing::new("ours", vec![15.0, 30.0, 60.0]),
            Timing::new("peer", vec![30.0, 60.0, 120.0]),
        ]);

        for (found, expected) in [
            (results.ratio("ours", "peer"), 0.5),
            (results.added("ours"), 10.0),
            (results.added_ratio("ours", "peer"), 0.25),
            (results.median("inner"), 20.0),
        ] {
            assert_eq!(found.total_cmp(&expected), EQUAL, "{found} {expected}");
        }
    }

    #[test]
    fn a_peer_that_adds_nothing_gives_no_ratio() {
        let results = Results(vec![
            Timing::new("inner", vec![10.0]),
            Timing::new("ours", vec![15.0]),
            Timing::new("peer", vec![9.0]),
        ]);

        assert!(results.added_ratio("ours", "peer").is_nan());
    }

    const EQUAL: std::cmp::Ordering = std::cmp::Ordering::Equal;
}
