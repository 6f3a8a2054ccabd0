use crate::failure::Failure;
use crate::json::Json;

use super::super::figures::Figures;
use super::svg::Svg;
use super::{caption, grouped};

const WIDTH: f64 = 860.0;
/// Where bars begin.
const LEFT: f64 = 290.0;
/// How long the peer's bar is.
const PEER: f64 = 300.0;
/// Beyond this a bar of ours is cut: its number says how long it would be.
const LONGEST: f64 = 1.3;
const TOP: f64 = 78.0;
const ROW: f64 = 50.0;

/// What a guard costs, beside its peer.
struct Row<'a> {
    /// With the benchmark in front: its rows need not repeat it.
    name: String,
    peer: &'a str,
    nanos: f64,
    peer_nanos: f64,
    ratio: f64,
}

/// Draws the rows that their benchmarks mark for it, or nothing where there are
/// none.
///
/// # Errors
///
/// A marked row lacks a figure.
pub(super) fn chart(measured: &[Figures]) -> Result<Option<String>, Failure> {
    let mut rows = Vec::new();
    let mut sources = Vec::new();
    for figures in measured {
        let is_drawn = |row: &&Json| row.get("drawn").and_then(Json::as_bool) == Some(true);
        let marked: Vec<&Json> = figures.rows().iter().filter(is_drawn).collect();
        if !marked.is_empty() {
            sources.push(figures);
        }
        for row in marked {
            rows.push(Row::read(figures.text("bench").unwrap_or_default(), row)?);
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    Ok(Some(draw(&rows, &caption(&sources))))
}

impl<'a> Row<'a> {
    fn read(bench: &str, row: &'a Json) -> Result<Self, Failure> {
        let text = |field: &str| row.get(field).and_then(Json::as_text);
        let name = text("name").unwrap_or("a row without a name");
        let lacks = |field: &str| Failure::new(format!("`{name}` is drawn but has no `{field}`"));
        let number = |field: &str| {
            let number = row.get(field).and_then(Json::as_number);
            number.ok_or_else(|| lacks(field))
        };
        Ok(Self {
            name: format!("{}: {name}", bench.replace('_', "-")),
            peer: text("peer").ok_or_else(|| lacks("peer"))?,
            nanos: number("added_ns")?,
            peer_nanos: number("peer_added_ns")?,
            ratio: number("ratio")?,
        })
    }
}

fn draw(rows: &[Row<'_>], caption: &[String]) -> String {
    let mut bottom = TOP;
    for _ in rows {
        bottom += ROW;
    }
    let title = "What a guard costs a request, as a share of what its peer costs";
    let mut svg = Svg::new(WIDTH, bottom + 62.0, title);
    svg.bar(20.0, 48.0, 12.0, 12.0, "ours");
    svg.text(38.0, 59.0, "muted", "Bartizan");
    svg.bar(110.0, 48.0, 12.0, 12.0, "peer");
    svg.text(
        128.0,
        59.0,
        "muted",
        "the peer named, in the same run (100 %)",
    );
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let x = LEFT + PEER * share;
        svg.grid(x, TOP - 6.0, bottom);
        let percent = format!("{:.0} %", share * 100.0);
        svg.text(x, bottom + 16.0, "muted middle", &percent);
    }
    let mut y = TOP;
    for row in rows {
        svg.text(LEFT - 12.0, y + 13.0, "end strong", &row.name);
        svg.text(LEFT - 12.0, y + 31.0, "end muted", row.peer);
        let share = row.ratio.clamp(0.0, LONGEST);
        svg.bar(LEFT, y, PEER * share, 16.0, "ours");
        svg.bar(LEFT, y + 20.0, PEER, 12.0, "peer");
        let ours = format!("{} ({}\u{d7})", time(row.nanos), factor(row.ratio));
        // Not over the grid line at the end, where the bar leaves room before it.
        let end = LEFT + PEER * share + 8.0;
        svg.text(end, y + 13.0, "strong", &ours);
        svg.text(LEFT + PEER + 8.0, y + 31.0, "muted", &time(row.peer_nanos));
        y += ROW;
    }
    let mut y = bottom + 36.0;
    for line in caption {
        svg.text(20.0, y, "muted", line);
        y += 16.0;
    }
    let described: Vec<String> = rows
        .iter()
        .map(|row| {
            let (name, ours) = (&row.name, time(row.nanos));
            format!("{name}: {ours}, {}: {}", row.peer, time(row.peer_nanos))
        })
        .collect();
    svg.finish(&format!("{}.", described.join("; ")))
}

fn time(nanos: f64) -> String {
    if nanos < 10.0 {
        format!("{nanos:.1} ns")
    } else if nanos < 10_000.0 {
        format!("{} ns", grouped(nanos))
    } else {
        format!("{:.1} \u{b5}s", nanos / 1e3)
    }
}

/// Two digits that say something.
fn factor(ratio: f64) -> String {
    if ratio < 0.095 {
        format!("{ratio:.3}")
    } else {
        format!("{ratio:.2}")
    }
}

#[cfg(test)]
pub(super) const SAMPLE: &str = r#"{
  "bench": "cors", "date": "2026-11-22", "machine": "2 cores of a & b", "quick": false,
  "rows": [
    {"name": "plain <request>", "peer": "tower-http 0.7", "added_ns": 154.2,
     "peer_added_ns": 1026.4, "ratio": 0.151, "drawn": true},
    {"name": "denial", "peer": "tower_governor 0.8", "added_ns": 56, "peer_added_ns": 28123,
     "ratio": 0.002, "drawn": true},
    {"name": "slow", "peer": "peer", "added_ns": 500, "peer_added_ns": 5, "ratio": 100,
     "drawn": true},
    {"name": "not shown", "ratio": 1, "drawn": false}
  ]
}"#;

#[cfg(test)]
mod tests {
    use super::super::xml;
    use super::*;

    #[test]
    fn shows_every_marked_row_with_its_figures() {
        let figures = Figures::parse(SAMPLE).unwrap();

        let picture = chart(&[figures]).unwrap().unwrap();

        xml::check(&picture).unwrap();
        for shown in [
            ">cors: plain &lt;request&gt;</text>",
            ">tower-http 0.7</text>",
            ">154 ns (0.15\u{d7})</text>",
            ">1,026 ns</text>",
            ">56 ns (0.002\u{d7})</text>",
            ">28.1 \u{b5}s</text>",
            ">500 ns (100.00\u{d7})</text>",
            ">Measured on 2026-11-22, 2 cores of a &amp; b.</text>",
        ] {
            assert!(picture.contains(shown), "{shown}\n{picture}");
        }
        assert!(!picture.contains("not shown"));
        // Cut, and so within the picture.
        assert!(picture.contains("width=\"390.0\""), "{picture}");
    }

    #[test]
    fn a_marked_row_without_a_figure_is_an_error_and_no_rows_are_no_chart() {
        let rows = |rows: &str| Figures::parse(&format!(r#"{{"rows": [{rows}]}}"#)).unwrap();

        let lacking = rows(r#"{"name": "a", "peer": "b", "added_ns": 1, "drawn": true}"#);
        let failure = chart(&[lacking]).unwrap_err().to_string();
        assert_eq!(failure, "`a` is drawn but has no `peer_added_ns`");
        let unmarked = rows(r#"{"name": "a", "drawn": false}"#);
        assert_eq!(chart(&[unmarked]).unwrap(), None);
    }
}
