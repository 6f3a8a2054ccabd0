use std::fmt::Write as _;

use crate::json::Json;

use super::super::median;
use super::super::wrk::Run;
use super::{APPLICATIONS, PLAIN};

const BARE: usize = 0;
const FIELDS: usize = 1;
const BARTIZAN: usize = 2;
const EXAMPLE: usize = 4;
const PEERS: usize = 5;
const EQUAL_PEERS: usize = 6;
const FASTAPI: usize = 7;
const COUNT: usize = APPLICATIONS.len();

/// The runs of each application, by repetition.
#[derive(Debug, Default)]
pub(super) struct Results {
    protected: [Vec<Run>; COUNT],
    plain: [Vec<Run>; COUNT],
}

impl Results {
    pub(super) fn add(&mut self, application: usize, path: &str, run: Run) {
        let runs = if path == PLAIN {
            &mut self.plain
        } else {
            &mut self.protected
        };
        if let Some(runs) = runs.get_mut(application) {
            runs.push(run);
        }
    }

    /// How far apart two servers are that do the same: the plain route of the bare
    /// one, and of the one behind Bartizan. On a quiet machine it is about 1.
    pub(super) fn noise(&self) -> f64 {
        ratio(&self.plain, BARTIZAN, BARE)
    }

    /// What each application came to.
    pub(super) fn applications(&self) -> Json {
        let one = |(index, application): (usize, &super::Application)| {
            let of = |field: fn(&Run) -> f64| {
                let runs = self.protected.get(index).map(Vec::as_slice);
                rounded(median(runs.unwrap_or_default().iter().map(field).collect()))
            };
            let plain = self.plain.get(index).map(Vec::as_slice).unwrap_or_default();
            let plain = plain.iter().map(|run| run.per_second).collect();
            Json::object([
                ("name", Json::text(application.name)),
                ("label", Json::text(application.label)),
                ("requests_per_second", of(|run| run.per_second)),
                ("p50_ms", of(|run| run.p50_ms)),
                ("p99_ms", of(|run| run.p99_ms)),
                ("to_bare", rounded(ratio(&self.protected, index, BARE))),
                ("to_peers", rounded(ratio(&self.protected, index, PEERS))),
                (
                    "to_fastapi",
                    rounded(ratio(&self.protected, index, FASTAPI)),
                ),
                ("plain_requests_per_second", rounded(median(plain))),
            ])
        };
        Json::List(APPLICATIONS.iter().enumerate().map(one).collect())
    }

    /// What is promised of the whole stack, as other benchmarks report theirs.
    pub(super) fn rows(&self) -> Json {
        let row = |of: usize, to_whom: &str, to: usize, at_least: Option<f64>| {
            let ratio = ratio(&self.protected, of, to);
            let who = if of == EXAMPLE { " of axum-api" } else { "" };
            let name = format!("requests per second{who}, to {to_whom}");
            let mut fields = vec![
                ("name".to_owned(), Json::text(name)),
                ("ratio".to_owned(), rounded(ratio)),
            ];
            if let Some(limit) = at_least {
                fields.push(("at_least".to_owned(), Json::number(limit)));
                fields.push(("met".to_owned(), Json::Bool(ratio >= limit)));
            }
            Json::Object(fields)
        };
        let (bare, peers) = ("the bare application", "the peers as mostly used");
        let fields = "the bare application that sends the same fields";
        let equals = "the peers doing most of it";
        Json::List(vec![
            row(BARTIZAN, bare, BARE, Some(0.85)),
            row(BARTIZAN, fields, FIELDS, None),
            row(BARTIZAN, peers, PEERS, Some(1.5)),
            row(BARTIZAN, equals, EQUAL_PEERS, None),
            row(BARTIZAN, "FastAPI", FASTAPI, None),
            row(EXAMPLE, bare, BARE, Some(0.85)),
            row(EXAMPLE, peers, PEERS, Some(1.5)),
        ])
    }

    pub(super) fn table(&self) -> String {
        let mut table = format!(
            "{:<11} {:>11} {:>8} {:>8} {:>8} {:>8} {:>10}\n",
            "/protected", "requests/s", "p50 ms", "p99 ms", "to bare", "to peers", "to FastAPI"
        );
        let applications = self.applications();
        for application in applications.as_list().unwrap_or_default() {
            let number = |name| {
                let value = application.get(name).and_then(Json::as_number);
                value.unwrap_or(f64::NAN)
            };
            let name = application.get("name").and_then(Json::as_text);
            let _infallible = writeln!(
                table,
                "{:<11} {:>11.0} {:>8.2} {:>8.2} {:>8.2} {:>8.2} {:>10.1}",
                name.unwrap_or_default(),
                number("requests_per_second"),
                number("p50_ms"),
                number("p99_ms"),
                number("to_bare"),
                number("to_peers"),
                number("to_fastapi"),
            );
        }
        let noise = self.noise();
        let _infallible = writeln!(
            table,
            "/plain, which has no layer in either: bartizan to bare {noise:.2} (1.00 on a quiet machine)"
        );
        table
    }
}

/// The median of the ratios within each repetition.
fn ratio(runs: &[Vec<Run>; COUNT], of: usize, to: usize) -> f64 {
    let runs = |index: usize| runs.get(index).map(Vec::as_slice).unwrap_or_default();
    let pairs = runs(of).iter().zip(runs(to));
    median(
        pairs
            .map(|(of, to)| of.per_second / to.per_second)
            .collect(),
    )
}

/// To three decimals.
fn rounded(value: f64) -> Json {
    Json::number((value * 1e3).round() / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_within_each_repetition_and_judges() {
        let mut results = Results::default();
        // The machine is half as fast in the second repetition.
        for speed in [1.0, 0.5, 0.9] {
            for (index, per_second) in [
                50_000.0, 48_000.0, 44_000.0, 40_000.0, 43_000.0, 30_000.0, 22_000.0, 900.0,
            ]
            .into_iter()
            .enumerate()
            {
                results.add(index, "/protected", run(per_second * speed));
                results.add(index, "/plain", run(60_000.0 * speed));
            }
        }

        let rows = results.rows();
        let found: Vec<_> = rows.as_list().unwrap().iter().map(judged).collect();
        assert_eq!(
            found,
            [
                (0.88, Some(true)),
                (0.917, None),
                (1.467, Some(false)),
                (2.0, None),
                (48.889, None),
                (0.86, Some(true)),
                (1.433, Some(false)),
            ]
        );
        let applications = results.applications();
        let bartizan = &applications.as_list().unwrap()[BARTIZAN];
        assert_eq!(bartizan.get("to_bare"), Some(&Json::Number(0.88)));
        assert_eq!(
            bartizan.get("requests_per_second"),
            Some(&Json::Number(39_600.0))
        );
        assert_eq!(results.noise().total_cmp(&1.0), std::cmp::Ordering::Equal);
        for name in ["bare", "bartizan", "peers", "fastapi", "0.88", "39600"] {
            assert!(results.table().contains(name), "{name}");
        }
    }

    #[test]
    fn the_places_are_those_of_the_applications() {
        let names = |at: &[usize]| {
            at.iter()
                .map(|at| APPLICATIONS[*at].name)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names(&[BARE, FIELDS, BARTIZAN, EXAMPLE, PEERS, EQUAL_PEERS, FASTAPI]),
            [
                "bare",
                "fields",
                "bartizan",
                "axum-api",
                "peers",
                "equal-peers",
                "fastapi"
            ]
        );
    }

    #[test]
    fn what_was_not_measured_meets_no_limit() {
        let rows = Results::default().rows();
        let met = rows
            .as_list()
            .unwrap()
            .iter()
            .map(|row| row.get("met").cloned());
        let no = Some(Json::Bool(false));
        assert_eq!(
            met.collect::<Vec<_>>(),
            [no.clone(), None, no.clone(), None, None, no.clone(), no]
        );
    }

    fn run(per_second: f64) -> Run {
        Run {
            per_second,
            p50_ms: 1.0,
            p99_ms: 2.0,
            failed: 0.0,
        }
    }

    fn judged(row: &Json) -> (f64, Option<bool>) {
        let ratio = row.get("ratio").and_then(Json::as_number).unwrap();
        (ratio, row.get("met").and_then(Json::as_bool))
    }
}
