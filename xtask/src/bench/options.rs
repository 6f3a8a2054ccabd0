use crate::failure::Failure;

use super::STACK;

/// What to measure, and how.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Draw the charts of what was measured before, and measure nothing.
    pub(crate) draw: bool,
    /// All of them when empty.
    pub(crate) names: Vec<String>,
    /// As short as shows that it works.
    pub(crate) quick: bool,
}

impl Options {
    /// Reads the arguments of `cargo xtask bench`.
    ///
    /// # Errors
    ///
    /// An option that is not known, or names to draw.
    pub(crate) fn parse(arguments: Vec<String>) -> Result<Self, Failure> {
        let mut options = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "--draw" => options.draw = true,
                "--quick" => options.quick = true,
                option if option.starts_with('-') => {
                    return Err(Failure::new(format!(
                        "`bench` has no option `{option}`; there are --draw, --quick"
                    )));
                }
                _ => options.names.push(argument),
            }
        }
        if options.draw && !options.names.is_empty() {
            return Err(Failure::new(
                "`bench --draw` draws all there is: name nothing",
            ));
        }
        Ok(options)
    }

    /// Returns the chosen ones of the benchmarks `micro` and the comparison of whole
    /// applications, which comes last.
    ///
    /// # Errors
    ///
    /// A name that there is not.
    pub(super) fn select<'a>(&self, micro: &'a [String]) -> Result<Vec<&'a str>, Failure> {
        let known = micro.iter().map(String::as_str).chain([STACK]);
        if self.draw {
            return Ok(Vec::new());
        }
        let known: Vec<&str> = known.collect();
        if let Some(unknown) = self
            .names
            .iter()
            .find(|name| !known.contains(&name.as_str()))
        {
            return Err(Failure::new(format!(
                "no benchmark `{unknown}`; there are {}",
                known.join(", ")
            )));
        }
        let wanted = |name: &&str| self.names.is_empty() || self.names.iter().any(|n| n == name);
        Ok(known.into_iter().filter(wanted).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_all_or_the_named_ones_in_order() {
        let micro = ["engine", "jwt"].map(str::to_owned);
        let table: [(&[&str], &[&str]); 4] = [
            (&[], &["engine", "jwt", "stack"]),
            (&["stack", "engine", "--quick"], &["engine", "stack"]),
            (&["--quick"], &["engine", "jwt", "stack"]),
            (&["--draw"], &[]),
        ];

        for (arguments, expected) in table {
            let options = parse(arguments).unwrap();
            assert_eq!(options.select(&micro).unwrap(), expected, "{arguments:?}");
            assert_eq!(options.quick, arguments.contains(&"--quick"));
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        let failure = parse(&["--fast"]).unwrap_err().to_string();
        assert_eq!(
            failure,
            "`bench` has no option `--fast`; there are --draw, --quick"
        );
        assert!(parse(&["--draw", "jwt"]).is_err());

        let micro = ["jwt".to_owned()];
        let failure = parse(&["jvt"]).unwrap().select(&micro).unwrap_err();
        let failure = failure.to_string();
        assert_eq!(failure, "no benchmark `jvt`; there are jwt, stack");
    }

    fn parse(arguments: &[&str]) -> Result<Options, Failure> {
        Options::parse(arguments.iter().map(ToString::to_string).collect())
    }
}
