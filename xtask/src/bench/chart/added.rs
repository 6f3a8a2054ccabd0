use crate::failure::Failure;
use crate::json::Json;

use super::super::figures::Figures;
use super::svg::Svg;
use super::{caption, grouped};

const WIDTH: f64 = 860.0;
/// Where bars begin.
const LEFT: f64 = 320.0;
/// How long the peer's bar is, and the longest of those that have no peer.
const PEER: f64 = 300.0;
/// Beyond this a bar of ours is cut: its number says how long it would be.
const LONGEST: f64 = 1.3;
const TOP: f64 = 78.0;
const ROW: f64 = 50.0;
/// A row that is one bar.
const LONE: f64 = 28.0;
/// Between those with a peer and those without, with room for the numbers of one axis
/// and the title of the other.
const GAP: f64 = 70.0;

/// What a guard costs.
struct Row<'a> {
    /// With what it is about in front: the rows of a benchmark need not repeat it.
    name: String,
    nanos: f64,
    peer: Option<Peer<'a>>,
}

/// What is beside it.
struct Peer<'a> {
    name: &'a str,
    nanos: f64,
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
        let peer = match text("peer") {
            None => None,
            Some(name) => Some(Peer {
                name,
                nanos: number("peer_added_ns")?,
                ratio: number("ratio")?,
            }),
        };
        Ok(Self {
            name: match bench {
                // Its rows are of many guards, and say of which.
                "guards" => name.to_owned(),
                _ => format!("{}: {name}", bench.replace('_', "-")),
            },
            nanos: number("added_ns")?,
            peer,
        })
    }
}

impl Row<'_> {
    /// For those who cannot see the bars.
    fn described(&self) -> String {
        let (name, ours) = (&self.name, time(self.nanos));
        match &self.peer {
            None => format!("{name}: {ours}"),
            Some(peer) => format!("{name}: {ours}, {}: {}", peer.name, time(peer.nanos)),
        }
    }
}

fn draw(rows: &[Row<'_>], caption: &[String]) -> String {
    let beside: Vec<(&Row<'_>, &Peer<'_>)> = rows
        .iter()
        .filter_map(|row| row.peer.as_ref().map(|peer| (row, peer)))
        .collect();
    let alone: Vec<&Row<'_>> = rows.iter().filter(|row| row.peer.is_none()).collect();
    let shares = if beside.is_empty() {
        0.0
    } else {
        length(beside.len(), ROW)
    };
    let times = if alone.is_empty() {
        0.0
    } else {
        GAP + length(alone.len(), LONE)
    };
    let title = "What a guard costs a request, as a share of what its peer costs";
    let mut svg = Svg::new(WIDTH, TOP + shares + times + 62.0, title);
    if !beside.is_empty() {
        draw_shares(&mut svg, &beside, TOP + shares);
    }
    if !alone.is_empty() {
        draw_times(&mut svg, &alone, TOP + shares + GAP);
    }
    let mut y = TOP + shares + times + 36.0;
    for line in caption {
        svg.text(20.0, y, "muted", line);
        y += 16.0;
    }
    let described: Vec<String> = rows.iter().map(Row::described).collect();
    svg.finish(&format!("{}.", described.join("; ")))
}

fn length(rows: usize, each: f64) -> f64 {
    std::iter::repeat_n(each, rows).sum()
}

/// The rows with a peer, as shares of what it costs.
fn draw_shares(svg: &mut Svg, rows: &[(&Row<'_>, &Peer<'_>)], bottom: f64) {
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
    for (row, peer) in rows {
        svg.text(LEFT - 12.0, y + 13.0, "end strong", &row.name);
        svg.text(LEFT - 12.0, y + 31.0, "end muted", peer.name);
        let share = peer.ratio.clamp(0.0, LONGEST);
        svg.bar(LEFT, y, PEER * share, 16.0, "ours");
        svg.bar(LEFT, y + 20.0, PEER, 12.0, "peer");
        let ours = format!("{} ({}\u{d7})", time(row.nanos), factor(peer.ratio));
        // Not over the grid line at the end, where the bar leaves room before it.
        let end = LEFT + PEER * share + 8.0;
        svg.text(end, y + 13.0, "strong", &ours);
        svg.text(LEFT + PEER + 8.0, y + 31.0, "muted", &time(peer.nanos));
        y += ROW;
    }
}

/// The rows without a peer, whose bars can be compared with one another alone.
fn draw_times(svg: &mut Svg, rows: &[&Row<'_>], top: f64) {
    let title = "Without a peer: the longest bar is what costs most of these";
    svg.text(20.0, top - 16.0, "muted", title);
    let most = rows.iter().map(|row| row.nanos).fold(0.0, f64::max);
    let mut y = top;
    for row in rows {
        svg.text(LEFT - 12.0, y + 13.0, "end strong", &row.name);
        let share = if most > 0.0 {
            row.nanos.max(0.0) / most
        } else {
            0.0
        };
        svg.bar(LEFT, y, PEER * share, 16.0, "ours");
        let end = LEFT + PEER * share + 8.0;
        svg.text(end, y + 13.0, "strong", &time(row.nanos));
        y += LONE;
    }
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
    {"name": "lone", "added_ns": 120, "drawn": true},
    {"name": "half", "added_ns": 60, "drawn": true},
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
    fn a_row_without_a_peer_is_one_bar_beside_others_of_its_kind() {
        let both = Figures::parse(SAMPLE).unwrap();
        let lone = r#"{"rows": [{"name": "lone", "added_ns": 120, "drawn": true},
            {"name": "half", "added_ns": 60, "drawn": true}]}"#;
        let alone = Figures::parse(lone).unwrap();

        for (figures, peers) in [(both, 4), (alone, 0)] {
            let picture = chart(&[figures]).unwrap().unwrap();

            xml::check(&picture).unwrap();
            assert_eq!(
                picture.matches("class=\"peer\"").count(),
                peers,
                "{picture}"
            );
            assert!(picture.contains(">Without a peer"), "{picture}");
            assert!(picture.contains(">120 ns</text>"), "{picture}");
            assert!(picture.contains("lone: 120 ns;"), "{picture}");
            for width in ["width=\"300.0\" height=\"16.0\"", "width=\"150.0\""] {
                assert!(picture.contains(width), "{width}: {picture}");
            }
        }
    }

    #[test]
    fn rows_of_many_guards_stand_for_themselves() {
        let rows =
            r#"{"bench": "guards", "rows": [{"name": "firewall", "added_ns": 1, "drawn": true}]}"#;
        let picture = chart(&[Figures::parse(rows).unwrap()]).unwrap().unwrap();
        assert!(picture.contains(">firewall</text>"), "{picture}");
    }

    /// Longer ones would not fit before the bars, whatever the font.
    #[test]
    fn the_names_of_published_rows_are_short() {
        let shell = crate::shell::Shell::new(std::time::Duration::ZERO).unwrap();
        for entry in std::fs::read_dir(shell.root().join("docs/bench")).unwrap() {
            let path = entry.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                let figures = Figures::read(&path).unwrap();
                let bench = figures.text("bench").unwrap().to_owned();
                let is_drawn = |row: &&Json| row.get("drawn") == Some(&Json::Bool(true));
                for row in figures.rows().iter().filter(is_drawn) {
                    let row = Row::read(&bench, row).unwrap();
                    assert!(row.name.chars().count() <= 37, "{}", row.name);
                    let peer = row.peer.map_or(0, |peer| peer.name.chars().count());
                    assert!(peer <= 42, "{}", row.name);
                }
            }
        }
    }

    /// Nothing is above what it belongs to, nor below the end of the picture.
    #[test]
    fn everything_is_within_the_picture() {
        let picture = chart(&[Figures::parse(SAMPLE).unwrap()]).unwrap().unwrap();
        let numbers = |name: &str| {
            let start = format!(" {name}=\"");
            let found = picture.split(&*start).skip(1);
            found
                .filter_map(|rest| rest.split('"').next()?.parse::<f64>().ok())
                .collect::<Vec<_>>()
        };

        let height = numbers("height").into_iter().next().unwrap();
        let lowest = numbers("y").into_iter().fold(0.0, f64::max);
        assert!(
            lowest < height && lowest > height - 40.0,
            "{lowest} {height}"
        );
        assert!(numbers("x").into_iter().all(|x| x < WIDTH));
    }

    #[test]
    fn a_marked_row_without_a_figure_is_an_error_and_no_rows_are_no_chart() {
        let rows = |rows: &str| Figures::parse(&format!(r#"{{"rows": [{rows}]}}"#)).unwrap();

        let lacking = rows(r#"{"name": "a", "drawn": true}"#);
        let failure = chart(&[lacking]).unwrap_err().to_string();
        assert_eq!(failure, "`a` is drawn but has no `added_ns`");
        let lacking = rows(r#"{"name": "a", "peer": "b", "added_ns": 1, "drawn": true}"#);
        let failure = chart(&[lacking]).unwrap_err().to_string();
        assert_eq!(failure, "`a` is drawn but has no `peer_added_ns`");
        let unmarked = rows(r#"{"name": "a", "drawn": false}"#);
        assert_eq!(chart(&[unmarked]).unwrap(), None);
    }
}
