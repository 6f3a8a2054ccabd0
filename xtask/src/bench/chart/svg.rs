//! A picture of bars and text, for light and dark pages.

use std::fmt::Write as _;

/// Its own background and colours for both schemes: what shows the picture may take
/// the scheme from the reader's system while the page around it does not.
const STYLE: &str = "\
text{font:13px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1f2328}\
.title{font-size:16px;font-weight:600}.muted{fill:#59636e;font-size:12px}.strong{font-weight:600}\
.end{text-anchor:end}.middle{text-anchor:middle}\
.page{fill:#ffffff;stroke:#d1d9e0}.axis{stroke:#d1d9e0}\
.ours{fill:#0969da}.peer{fill:#afb8c1}\
@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.muted{fill:#9198a1}\
.page{fill:#0d1117;stroke:#3d444d}.axis{stroke:#3d444d}.ours{fill:#4493f8}.peer{fill:#656c76}}";

#[derive(Debug)]
pub(super) struct Svg {
    width: f64,
    height: f64,
    body: String,
    title: String,
}

impl Svg {
    pub(super) fn new(width: f64, height: f64, title: &str) -> Self {
        let mut svg = Self {
            width,
            height,
            body: String::new(),
            title: escaped(title),
        };
        svg.text(20.0, 32.0, "title", title);
        svg
    }

    pub(super) fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        let text = escaped(text);
        let _infallible = writeln!(
            self.body,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{text}</text>"
        );
    }

    /// A bar, at least so wide that it can be seen.
    pub(super) fn bar(&mut self, x: f64, y: f64, width: f64, height: f64, class: &str) {
        let width = width.max(1.5);
        let _infallible = writeln!(
            self.body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"2\" class=\"{class}\"/>"
        );
    }

    /// A vertical line of the grid.
    pub(super) fn grid(&mut self, x: f64, top: f64, bottom: f64) {
        let _infallible = writeln!(
            self.body,
            "<line x1=\"{x:.1}\" y1=\"{top:.1}\" x2=\"{x:.1}\" y2=\"{bottom:.1}\" class=\"axis\"/>"
        );
    }

    /// The whole picture; `description` tells those what it shows who cannot see it.
    pub(super) fn finish(self, description: &str) -> String {
        let Self {
            width,
            height,
            body,
            title,
        } = self;
        let description = escaped(description);
        let (inner_width, inner_height) = (width - 1.0, height - 1.0);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
             <title id=\"title\">{title}</title>\n<desc id=\"desc\">{description}</desc>\n\
             <style>{STYLE}</style>\n\
             <rect x=\"0.5\" y=\"0.5\" width=\"{inner_width}\" height=\"{inner_height}\" rx=\"6\" \
             class=\"page\"/>\n{body}</svg>\n"
        )
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            control if control.is_control() => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::xml;
    use super::*;

    #[test]
    fn whatever_the_text_the_picture_is_well_formed() {
        let mut svg = Svg::new(100.0, 50.0, "a < b & \"c\"\u{1}");
        svg.text(1.0, 2.0, "muted", "]]></text><script>");
        svg.bar(1.0, 2.0, 0.0, 4.0, "ours");
        svg.grid(1.0, 2.0, 3.0);

        let picture = svg.finish("<desc>");

        xml::check(&picture).unwrap();
        assert!(!picture.contains("<script"));
        assert!(picture.contains("width=\"1.5\""));
    }
}
