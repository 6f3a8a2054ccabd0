//! Limits on instruction counts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One variant's cost may be at most so many times another's.
#[derive(Debug)]
pub(crate) struct Gate {
    /// What the limit promises.
    pub(crate) promise: &'static str,
    pub(crate) variant: &'static str,
    pub(crate) against: &'static str,
    /// A variant whose cost is taken off both, where they share work that is
    /// not theirs, such as making the request.
    pub(crate) floor: Option<&'static str>,
    pub(crate) at_most: f64,
}

impl Gate {
    /// The names of the variants that this gate has to know.
    pub(crate) fn variants(&self) -> impl Iterator<Item = &'static str> {
        [self.variant, self.against].into_iter().chain(self.floor)
    }

    fn ratio(&self, costs: &BTreeMap<&str, f64>) -> Option<f64> {
        let floor = match self.floor {
            Some(name) => *costs.get(name)?,
            None => 0.0,
        };
        let of = costs.get(self.against)? - floor;
        (of > 0.0).then_some((costs.get(self.variant)? - floor) / of)
    }
}

/// What measured costs came to.
#[derive(Debug)]
pub(crate) struct Judgement {
    /// The costs and the limits, to be printed.
    pub(crate) table: String,
    /// The gates that are over their limit, or have nothing to be compared
    /// with.
    pub(crate) broken: Vec<&'static str>,
}

/// Judges measured costs, in instructions an iteration.
pub(crate) fn judge(gates: &[Gate], costs: &BTreeMap<&str, f64>) -> Judgement {
    let mut table = String::new();
    let mut broken = Vec::new();
    for (variant, cost) in costs {
        let _infallible = writeln!(table, "{cost:>12.1} Ir  {variant}");
    }
    for gate in gates {
        let ratio = gate.ratio(costs);
        let holds = ratio.is_some_and(|ratio| ratio <= gate.at_most);
        if !holds {
            broken.push(gate.promise);
        }
        let word = if holds { "held" } else { "BROKEN" };
        let shown = ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.3}"));
        let limit = gate.at_most;
        let _infallible = writeln!(
            table,
            "{word:<6} {shown:>7} of {limit:.3}  {}",
            gate.promise
        );
    }
    Judgement { table, broken }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATE: Gate = Gate {
        promise: "a guard costs no more than a service",
        variant: "guard",
        against: "service",
        floor: None,
        at_most: 1.1,
    };

    #[test]
    fn holds_up_to_the_limit_and_breaks_above() {
        for (guard, holds) in [
            (100.0, true),
            (110.0, true),
            (110.1, false),
            (f64::NAN, false),
        ] {
            let costs = BTreeMap::from([("guard", guard), ("service", 100.0)]);
            assert_eq!(judge(&[GATE], &costs).broken.is_empty(), holds, "{guard}");
        }
    }

    #[test]
    fn takes_the_floor_off_both() {
        let gate = Gate {
            floor: Some("request"),
            ..GATE
        };
        let costs = BTreeMap::from([("guard", 105.0), ("service", 100.0), ("request", 90.0)]);

        assert_eq!(gate.ratio(&costs), Some(1.5));
        assert_eq!(judge(&[gate], &costs).broken, [GATE.promise]);
    }

    #[test]
    fn a_variant_that_was_not_measured_breaks_its_gate() {
        let table = [
            BTreeMap::from([("service", 100.0)]),
            BTreeMap::from([("guard", 1.0), ("service", 0.0)]),
        ];

        for costs in table {
            assert_eq!(judge(&[GATE], &costs).broken, [GATE.promise], "{costs:?}");
        }
    }
}
