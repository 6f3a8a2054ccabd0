use crate::failure::Failure;
use crate::json::Json;

use super::super::figures::Figures;
use super::svg::Svg;
use super::{caption, grouped};

const WIDTH: f64 = 860.0;
const LEFT: f64 = 310.0;
/// How long the longest bar is.
const LONGEST: f64 = 330.0;
const TOP: f64 = 62.0;
const ROW: f64 = 54.0;

/// Draws the requests per second of each application.
///
/// # Errors
///
/// An application lacks a figure, or there is none.
pub(super) fn chart(figures: &Figures) -> Result<String, Failure> {
    let applications = figures.applications();
    let rows: Vec<Row<'_>> = applications
        .iter()
        .map(Row::read)
        .collect::<Result<_, _>>()?;
    let most = rows.iter().map(|row| row.per_second).fold(0.0, f64::max);
    if most <= 0.0 {
        return Err(Failure::new("no application was measured"));
    }
    let mut lines = caption(&[figures]);
    lines.extend(figures.text("effort").map(|effort| {
        format!("GET /protected with a valid token and an Origin; medians of {effort}.")
    }));
    Ok(draw(&rows, most, &lines))
}

struct Row<'a> {
    name: &'a str,
    label: &'a str,
    per_second: f64,
    p99_ms: f64,
    to_bare: f64,
}

impl<'a> Row<'a> {
    fn read(row: &'a Json) -> Result<Self, Failure> {
        let text = |field: &str| row.get(field).and_then(Json::as_text).unwrap_or_default();
        let name = text("name");
        let number = |field: &str| {
            let number = row.get(field).and_then(Json::as_number);
            number.ok_or_else(|| Failure::new(format!("`{name}` has no `{field}`")))
        };
        Ok(Self {
            name,
            label: text("label"),
            per_second: number("requests_per_second")?,
            p99_ms: number("p99_ms")?,
            to_bare: number("to_bare")?,
        })
    }
}

fn draw(rows: &[Row<'_>], most: f64, caption: &[String]) -> String {
    let mut bottom = TOP;
    for _ in rows {
        bottom += ROW;
    }
    let mut height = bottom + 48.0;
    for _ in caption {
        height += 16.0;
    }
    let title = "Requests per second of the whole stack, on one core";
    let mut svg = Svg::new(WIDTH, height, title);
    let step = step(most);
    let mut tick = 0.0;
    while tick <= most {
        let x = LEFT + LONGEST * tick / most;
        svg.grid(x, TOP - 6.0, bottom);
        svg.text(x, bottom + 16.0, "muted middle", &grouped(tick));
        tick += step;
    }
    svg.text(
        LEFT - 12.0,
        bottom + 16.0,
        "muted end",
        "requests per second",
    );
    let mut y = TOP;
    for row in rows {
        let class = match row.name {
            "bartizan" | "axum-api" => "ours",
            _ => "peer",
        };
        svg.text(LEFT - 12.0, y + 22.0, "end", row.label);
        let width = LONGEST * row.per_second / most;
        svg.bar(LEFT, y, width, 36.0, class);
        let end = LEFT + width + 8.0;
        let (count, share) = (grouped(row.per_second), percent(row.to_bare));
        svg.text(end, y + 15.0, "strong", &format!("{count}/s"));
        let p99 = (row.p99_ms * 100.0).round() / 100.0;
        let detail = format!("{share} of bare, p99 {p99} ms");
        svg.text(end, y + 31.0, "muted", &detail);
        y += ROW;
    }
    let mut y = bottom + 40.0;
    for line in caption {
        svg.text(20.0, y, "muted", line);
        y += 16.0;
    }
    let described: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{}: {} requests per second",
                row.label,
                grouped(row.per_second)
            )
        })
        .collect();
    svg.finish(&format!("{}.", described.join("; ")))
}

fn percent(share: f64) -> String {
    if share < 0.1 {
        format!("{:.1} %", share * 100.0)
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

/// 1, 2 or 5 of some power of ten, so that there are two to five ticks beside zero: their
/// numbers need room.
fn step(most: f64) -> f64 {
    let power = 10_f64.powf((most / 2.0).log10().floor());
    let steps = [5.0, 2.0].map(|factor| factor * power);
    steps
        .into_iter()
        .find(|step| most / step >= 2.0)
        .unwrap_or(power)
}

#[cfg(test)]
pub(super) const SAMPLE: &str = r#"{
  "bench": "stack", "date": "2026-11-22", "machine": "2 cores of an EPYC", "quick": false,
  "effort": "9 turns of 4 s, 64 connections, one core for each server", "noise": 1.01,
  "applications": [
    {"name": "bare", "label": "bare axum", "requests_per_second": 53132.4, "p50_ms": 1.1,
     "p99_ms": 3.1, "to_bare": 1},
    {"name": "bartizan", "label": "behind <Bartizan>", "requests_per_second": 46900,
     "p50_ms": 1.1, "p99_ms": 3.5012, "to_bare": 0.88},
    {"name": "axum-api", "label": "the example", "requests_per_second": 40000,
     "p50_ms": 1.3, "p99_ms": 4, "to_bare": 0.75, "plain_requests_per_second": null},
    {"name": "fastapi", "label": "FastAPI & more", "requests_per_second": 928,
     "p50_ms": 66, "p99_ms": 162, "to_bare": 0.017}
  ],
  "rows": []
}"#;

#[cfg(test)]
mod tests {
    use super::super::xml;
    use super::*;

    #[test]
    fn shows_every_application_with_its_figures() {
        let picture = chart(&Figures::parse(SAMPLE).unwrap()).unwrap();

        xml::check(&picture).unwrap();
        for shown in [
            ">bare axum</text>",
            ">53,132/s</text>",
            ">behind &lt;Bartizan&gt;</text>",
            ">88 % of bare, p99 3.5 ms</text>",
            ">FastAPI &amp; more</text>",
            ">928/s</text>",
            ">1.7 % of bare, p99 162 ms</text>",
            ">requests per second</text>",
            ">20,000</text>",
            "medians of 9 turns of 4 s, 64 connections",
            ">Measured on 2026-11-22, 2 cores of an EPYC.</text>",
        ] {
            assert!(picture.contains(shown), "{shown}\n{picture}");
        }
        assert_eq!(picture.matches("class=\"ours\"").count(), 2);
    }

    #[test]
    fn what_was_not_measured_is_not_drawn() {
        for applications in ["", r#"{"name": "bare", "requests_per_second": 1}"#] {
            let text = format!(r#"{{"rows": [], "applications": [{applications}]}}"#);
            assert!(chart(&Figures::parse(&text).unwrap()).is_err(), "{text}");
        }
    }

    #[test]
    fn there_are_two_to_five_ticks() {
        for most in [
            9.0, 10.0, 31.0, 99.0, 928.0, 53_132.0, 61_000.0, 146_710.0, 1.2e6,
        ] {
            let ticks = most / step(most);
            assert!((2.0..=5.0).contains(&ticks), "{most}: {ticks}");
        }
    }
}
