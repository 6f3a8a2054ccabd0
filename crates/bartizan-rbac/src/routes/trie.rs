use super::pattern::{Part, parts};

/// Finds the pattern that a path matches, as matchit does, and without allocating.
///
/// A literal goes before a parameter, and a parameter with a longer prefix before one
/// with a shorter; where that leads nowhere, the next is tried. It holds only what
/// matchit has taken, so that no two patterns are equally good.
#[derive(Debug, Default)]
pub(super) struct Trie {
    /// Sorted.
    literals: Vec<(String, Self)>,
    /// Those with the longest prefix first.
    parameters: Vec<(Edge, Self)>,
    value: Option<usize>,
}

#[derive(Debug, Eq, PartialEq)]
enum Edge {
    Literal(String),
    /// One segment, or the end of one, after a prefix.
    Parameter(String),
    /// All that is left, after a prefix.
    Rest(String),
}

impl Trie {
    pub(super) fn insert(&mut self, pattern: &str, value: usize) {
        let mut edges = Vec::new();
        // What was read of a segment; nothing right after a parameter.
        let mut segment = None;
        let pattern = pattern.strip_prefix('/').unwrap_or(pattern);
        for part in parts(pattern).unwrap_or_default() {
            match part {
                Part::Literal(literal) => {
                    let mut pieces = literal.split('/');
                    let first = pieces.next().unwrap_or_default();
                    if !first.is_empty() || edges.is_empty() {
                        segment = Some(first.to_owned());
                    }
                    for piece in pieces {
                        edges.extend(segment.replace(piece.to_owned()).map(Edge::Literal));
                    }
                }
                Part::Parameter(_) => {
                    edges.push(Edge::Parameter(segment.take().unwrap_or_default()));
                }
                Part::Rest(_) => edges.push(Edge::Rest(segment.take().unwrap_or_default())),
            }
        }
        edges.extend(segment.map(Edge::Literal));
        let node = edges.into_iter().fold(self, Self::child);
        node.value = Some(value);
    }

    pub(super) fn find(&self, path: &str) -> Option<usize> {
        self.below(path.strip_prefix('/')?)
    }

    fn below(&self, rest: &str) -> Option<usize> {
        let (segment, tail) = match rest.split_once('/') {
            Some((segment, tail)) => (segment, Some(tail)),
            None => (rest, None),
        };
        let end = |node: &Self| match tail {
            Some(tail) => node.below(tail),
            None => node.value,
        };
        let literals = &self.literals;
        let place = literals.binary_search_by(|(literal, _)| literal.as_str().cmp(segment));
        let literal = place.ok().and_then(|place| literals.get(place));
        if let Some(found) = literal.and_then(|(_, node)| end(node)) {
            return Some(found);
        }
        let is_longer =
            |text: &str, prefix: &str| text.len() > prefix.len() && text.starts_with(prefix);
        self.parameters.iter().find_map(|(edge, node)| match edge {
            // As there, one that is not at the end may be empty.
            Edge::Parameter(prefix) if tail.is_some() && segment == prefix => end(node),
            Edge::Parameter(prefix) if is_longer(segment, prefix) => end(node),
            Edge::Rest(prefix) if is_longer(rest, prefix) => node.value,
            _ => None,
        })
    }

    /// Returns what follows an edge, a new one if need be.
    #[expect(
        clippy::indexing_slicing,
        reason = "the place was found or made right before"
    )]
    fn child(&mut self, edge: Edge) -> &mut Self {
        let length = match &edge {
            Edge::Literal(literal) => {
                let literals = &mut self.literals;
                let place = literals.binary_search_by(|(other, _)| other.cmp(literal));
                let place = place.unwrap_or_else(|place| {
                    literals.insert(place, (literal.clone(), Self::default()));
                    place
                });
                return &mut self.literals[place].1;
            }
            Edge::Parameter(prefix) | Edge::Rest(prefix) => prefix.len(),
        };
        let place = match self.parameters.iter().position(|(other, _)| *other == edge) {
            Some(place) => place,
            None => {
                let is_before = |other: &Edge| match other {
                    Edge::Literal(text) | Edge::Parameter(text) | Edge::Rest(text) => {
                        text.len() >= length
                    }
                };
                let place = self
                    .parameters
                    .partition_point(|(other, _)| is_before(other));
                self.parameters.insert(place, (edge, Self::default()));
                place
            }
        };
        &mut self.parameters[place].1
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_literal_goes_first_and_the_next_is_tried() {
        let patterns = [
            "/",
            "/a",
            "/a/",
            "/{x}",
            "/file-{x}",
            "/{x}/b/c",
            "/a/{y}/d",
            "/a/b/{*rest}",
            "/a-{*rest}",
        ];
        let mut trie = Trie::default();
        for (value, pattern) in patterns.into_iter().enumerate() {
            trie.insert(pattern, value);
        }
        for (path, expected) in [
            ("/", Some("/")),
            ("/a", Some("/a")),
            ("/a/", Some("/a/")),
            ("/b", Some("/{x}")),
            ("/file-", Some("/{x}")),
            ("/file-1", Some("/file-{x}")),
            ("/file-1/b/c", Some("/{x}/b/c")),
            ("/a/x/d", Some("/a/{y}/d")),
            ("/a/b/d", Some("/a/b/{*rest}")),
            ("/a/b/c", Some("/a/b/{*rest}")),
            ("/a/b/", None),
            ("/a/b", None),
            ("/a-b/c", Some("/a-{*rest}")),
            ("//b/c", Some("/{x}/b/c")),
            ("/file-/b/c", Some("/{x}/b/c")),
            ("/x/y", None),
            ("", None),
            ("a", None),
        ] {
            let found = trie.find(path).map(|value| patterns[value]);
            assert_eq!(found, expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn it_finds_what_matchit_finds(
            patterns in vec("(/(a|b|ab|\\{x\\}|a\\{x\\}|ab\\{x\\})){0,3}(/|/\\{\\*r\\}|/a\\{\\*r\\}|/a)", 1..8),
            paths in vec("(/(a|b|ab|c|abc|ac|)){1,4}/?", 1..24),
        ) {
            let mut router = matchit::Router::new();
            let mut trie = Trie::default();
            for (value, pattern) in patterns.iter().enumerate() {
                if router.insert(pattern.clone(), value).is_ok() {
                    trie.insert(pattern, value);
                }
            }
            for path in paths {
                let expected = router.at(&path).ok().map(|found| *found.value);
                prop_assert_eq!(trie.find(&path), expected, "{} of {:?}", path, patterns);
            }
        }
    }
}
