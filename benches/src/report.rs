use std::path::Path;
use std::{env, fs};

use serde_json::{Map, Value, json};

/// The folder that measured figures are written to, for `cargo xtask bench`.
const FOLDER: &str = "BARTIZAN_BENCH_JSON";

/// One figure of a benchmark, with its peer and its limit where it has them.
#[derive(Clone, Debug)]
#[must_use]
pub struct Row {
    name: String,
    nanos: Option<f64>,
    peer: Option<(String, f64)>,
    ratio: Option<f64>,
    allocations: Option<u64>,
    peer_allocations: Option<u64>,
    limit: Option<Limit>,
    is_drawn: bool,
}

#[derive(Clone, Copy, Debug)]
enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Row {
    /// Creates a row without figures.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            nanos: None,
            peer: None,
            ratio: None,
            allocations: None,
            peer_allocations: None,
            limit: None,
            is_drawn: false,
        }
    }

    /// What it takes, or adds to a request, in nanoseconds.
    pub fn nanos(self, nanos: f64) -> Self {
        let nanos = Some(nanos);
        Self { nanos, ..self }
    }

    /// The same of the peer.
    pub fn peer(self, name: impl Into<String>, nanos: f64) -> Self {
        let peer = Some((name.into(), nanos));
        Self { peer, ..self }
    }

    /// Calls the peer something that a reader knows, with its version.
    pub fn peer_name(mut self, name: impl Into<String>) -> Self {
        if let Some(peer) = &mut self.peer {
            peer.0 = name.into();
        }
        self
    }

    /// How many times as much as the peer it takes; what a limit is about.
    pub fn ratio(self, ratio: f64) -> Self {
        let ratio = Some(ratio);
        Self { ratio, ..self }
    }

    /// How often one call allocates.
    pub fn allocations(self, count: u64) -> Self {
        let allocations = Some(count);
        Self {
            allocations,
            ..self
        }
    }

    /// How often one call of the peer allocates.
    pub fn peer_allocations(self, count: u64) -> Self {
        let peer_allocations = Some(count);
        Self {
            peer_allocations,
            ..self
        }
    }

    /// The ratio is to be at most `limit`.
    pub fn at_most(self, limit: f64) -> Self {
        let limit = Some(Limit::AtMost(limit));
        Self { limit, ..self }
    }

    /// The ratio is to be at least `limit`.
    pub fn at_least(self, limit: f64) -> Self {
        let limit = Some(Limit::AtLeast(limit));
        Self { limit, ..self }
    }

    /// Draws the row in the chart of added costs, where it has a peer.
    pub fn drawn(self) -> Self {
        let is_drawn = true;
        Self { is_drawn, ..self }
    }

    /// Whether the ratio is within the limit: none without both, no when the ratio
    /// could not be measured.
    fn met(&self) -> Option<bool> {
        let ratio = self.ratio?;
        Some(match self.limit? {
            Limit::AtLeast(limit) => ratio >= limit,
            Limit::AtMost(limit) => ratio <= limit,
        })
    }

    fn to_json(&self) -> Value {
        let mut fields = Map::new();
        let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
        put("name", json!(self.name));
        put("added_ns", json!(self.nanos.and_then(rounded)));
        if let Some((name, nanos)) = &self.peer {
            put("peer", json!(name));
            put("peer_added_ns", json!(rounded(*nanos)));
        }
        put("ratio", json!(self.ratio.and_then(rounded)));
        put("allocations", json!(self.allocations));
        put("peer_allocations", json!(self.peer_allocations));
        match self.limit {
            None => {}
            Some(Limit::AtLeast(limit)) => drop(put("at_least", json!(limit))),
            Some(Limit::AtMost(limit)) => drop(put("limit", json!(limit))),
        }
        put("met", json!(self.met()));
        put("drawn", json!(self.is_drawn));
        fields.retain(|_, value| !value.is_null());
        Value::Object(fields)
    }

    fn line(&self) -> String {
        let ratio = self.ratio.unwrap_or(f64::NAN);
        let limit = match self.limit {
            None => String::new(),
            Some(Limit::AtLeast(limit)) => format!(">= {limit}"),
            Some(Limit::AtMost(limit)) => format!("<= {limit}"),
        };
        let word = match self.met() {
            None => "",
            Some(false) => "MISSED",
            Some(true) => "met",
        };
        format!("{:<52} {ratio:>9.3}  {limit:<9} {word}", self.name)
    }
}

/// Shows how the rows of the benchmark `name` stand to their limits, and hands them
/// to whoever asked for them: `cargo xtask bench` does, by an environment variable.
pub fn report(name: &str, rows: &[Row]) {
    println!("\n{name}: ratios and their limits");
    for row in rows {
        println!("{}", row.line());
    }
    if let Some(folder) = env::var_os(FOLDER) {
        write(Path::new(&folder), name, rows);
    }
}

fn write(folder: &Path, name: &str, rows: &[Row]) {
    let rows: Vec<Value> = rows.iter().map(Row::to_json).collect();
    let text = json!({ "bench": name, "rows": rows }).to_string();
    fs::create_dir_all(folder).expect("a folder for the figures");
    fs::write(folder.join(format!("{name}.json")), text).expect("to write the figures");
}

/// To three decimals; none for what is not a number.
fn rounded(value: f64) -> Option<f64> {
    value.is_finite().then(|| (value * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_was_measured_and_nothing_else() {
        let row = Row::new("plain request")
            .nanos(154.0)
            .peer("CorsLayer", 1_026.125_49)
            .peer_name("tower-http 0.7")
            .ratio(0.150_4)
            .allocations(2)
            .at_most(0.15)
            .drawn();

        assert_eq!(
            row.to_json(),
            json!({
                "name": "plain request",
                "added_ns": 154.0,
                "peer": "tower-http 0.7",
                "peer_added_ns": 1_026.125,
                "ratio": 0.15,
                "allocations": 2,
                "limit": 0.15,
                "met": false,
                "drawn": true,
            })
        );
        assert_eq!(
            Row::new("alone").to_json(),
            json!({ "name": "alone", "drawn": false })
        );
    }

    #[test]
    fn a_limit_is_met_up_to_it_and_never_by_what_is_not_a_number() {
        let row = Row::new("row");
        for (row, met) in [
            (row.clone().ratio(1.0).at_most(1.0), Some(true)),
            (row.clone().ratio(1.1).at_most(1.0), Some(false)),
            (row.clone().ratio(1.0).at_least(1.0), Some(true)),
            (row.clone().ratio(0.9).at_least(1.0), Some(false)),
            (row.clone().ratio(f64::NAN).at_most(1.0), Some(false)),
            (row.clone().ratio(1.0), None),
            (row.at_most(1.0), None),
        ] {
            assert_eq!(row.met(), met, "{row:?}");
        }
    }
}
