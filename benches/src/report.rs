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
    peer: Option<Peer>,
    ratio: Option<f64>,
    bytes: Option<f64>,
    allocations: Option<u64>,
    peer_allocations: Option<u64>,
    limit: Option<Limit>,
    is_drawn: bool,
}

#[derive(Clone, Debug)]
struct Peer {
    name: String,
    nanos: Option<f64>,
    bytes: Option<f64>,
}

/// Of the ratio, or of the bytes.
#[derive(Clone, Copy, Debug)]
enum Limit {
    AtLeast(f64),
    AtMost(f64),
    BytesAtMost(f64),
}

impl Row {
    /// Creates a row without figures.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            nanos: None,
            peer: None,
            ratio: None,
            bytes: None,
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
        let peer = Some(Peer {
            name: name.into(),
            nanos: Some(nanos),
            bytes: None,
        });
        Self { peer, ..self }
    }

    /// What it holds in memory for each of what it holds, in bytes, where time is not
    /// what the row is about.
    pub fn bytes(self, bytes: f64) -> Self {
        let bytes = Some(bytes);
        Self { bytes, ..self }
    }

    /// The same of the peer.
    pub fn peer_bytes(self, name: impl Into<String>, bytes: f64) -> Self {
        let peer = Some(Peer {
            name: name.into(),
            nanos: None,
            bytes: Some(bytes),
        });
        Self { peer, ..self }
    }

    /// Calls the peer something that a reader knows, with its version.
    pub fn peer_name(mut self, name: impl Into<String>) -> Self {
        if let Some(peer) = &mut self.peer {
            peer.name = name.into();
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

    /// The bytes are to be at most `limit`, whatever the ratio.
    pub fn bytes_at_most(self, limit: f64) -> Self {
        let limit = Some(Limit::BytesAtMost(limit));
        Self { limit, ..self }
    }

    /// Draws the row in the chart of added costs.
    pub fn drawn(self) -> Self {
        let is_drawn = true;
        Self { is_drawn, ..self }
    }

    /// Whether what the limit is about is within it: none without both, no when it
    /// could not be measured.
    fn met(&self) -> Option<bool> {
        Some(match self.limit? {
            Limit::AtLeast(limit) => self.ratio? >= limit,
            Limit::AtMost(limit) => self.ratio? <= limit,
            Limit::BytesAtMost(limit) => self.bytes? <= limit,
        })
    }

    fn to_json(&self) -> Value {
        let mut fields = Map::new();
        let mut put = |key: &str, value: Value| fields.insert(key.to_owned(), value);
        put("name", json!(self.name));
        put("added_ns", json!(self.nanos.and_then(rounded)));
        put("bytes", json!(self.bytes.and_then(rounded)));
        if let Some(Peer { name, nanos, bytes }) = &self.peer {
            put("peer", json!(name));
            put("peer_added_ns", json!(nanos.and_then(rounded)));
            put("peer_bytes", json!(bytes.and_then(rounded)));
        }
        put("ratio", json!(self.ratio.and_then(rounded)));
        put("allocations", json!(self.allocations));
        put("peer_allocations", json!(self.peer_allocations));
        match self.limit {
            None => {}
            Some(Limit::AtLeast(limit)) => drop(put("at_least", json!(limit))),
            Some(Limit::AtMost(limit)) => drop(put("limit", json!(limit))),
            Some(Limit::BytesAtMost(limit)) => drop(put("limit_bytes", json!(limit))),
        }
        put("met", json!(self.met()));
        put("drawn", json!(self.is_drawn));
        fields.retain(|_, value| !value.is_null());
        Value::Object(fields)
    }

    fn line(&self) -> String {
        let ratio = self.ratio.map(|ratio| format!("{ratio:.3}"));
        let ratio = ratio.unwrap_or_default();
        let limit = match self.limit {
            None => String::new(),
            Some(Limit::AtLeast(limit)) => format!(">= {limit}"),
            Some(Limit::AtMost(limit)) => format!("<= {limit}"),
            Some(Limit::BytesAtMost(limit)) => format!("<= {limit} B"),
        };
        let word = match self.met() {
            None => "",
            Some(false) => "MISSED",
            Some(true) => "met",
        };
        format!("{:<52} {ratio:>9}  {limit:<9} {word}", self.name)
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
        let row = Row::new("memory")
            .bytes(16.0)
            .peer_bytes("governor 0.10", 35.65)
            .ratio(0.449)
            .bytes_at_most(20.0);
        assert_eq!(
            row.to_json(),
            json!({
                "name": "memory",
                "bytes": 16.0,
                "peer": "governor 0.10",
                "peer_bytes": 35.65,
                "ratio": 0.449,
                "limit_bytes": 20.0,
                "met": true,
                "drawn": false,
            })
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
            (row.clone().bytes(16.0).bytes_at_most(16.0), Some(true)),
            (row.clone().bytes(16.1).bytes_at_most(16.0), Some(false)),
            (row.clone().bytes(f64::NAN).bytes_at_most(16.0), Some(false)),
            (row.clone().ratio(1.0).bytes_at_most(16.0), None),
            (row.at_most(1.0), None),
        ] {
            assert_eq!(row.met(), met, "{row:?}");
        }
    }
}
