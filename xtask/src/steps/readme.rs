//! The lines of the README that a user types, against the example that they are for.

use std::fs;

use crate::failure::{Context, Failure};
use crate::server::Server;
use crate::shell::Shell;
use crate::system;

/// The line of the README at which its block for the example begins.
const BEGINS: &str = "API=http://127.0.0.1:3000\n";

/// The password of alice in it.
pub(super) const PASSWORD: &str = "correct horse battery";

/// Types the block of the README, and compares the statuses that come back with those in
/// its comments.
pub(super) fn answers_as_it_says(shell: &Shell, server: &Server) -> Result<(), Failure> {
    system::ensure(shell, "curl", "curl")?;
    let readme = fs::read_to_string(shell.root().join("README.md")).context("README.md")?;
    let block = block(&readme).ok_or_else(|| Failure::new("README.md lacks its curl lines"))?;
    let expected = promised(block);
    let script = block.replacen(BEGINS, &format!("API={}\n", server.address()), 1);
    let answered = answered(&shell.read(shell.program("sh").args(["-c", &script]))?);
    if expected.is_empty() || expected != answered {
        return Err(Failure::new(format!(
            "README.md promises {expected:?}, and {answered:?} came back"
        )));
    }
    println!("  README.md: {} answers as it says", answered.len());
    Ok(())
}

fn block(readme: &str) -> Option<&str> {
    let start = readme.find(BEGINS)?;
    let (block, _) = readme.get(start..)?.split_once("```")?;
    Some(block)
}

/// The statuses in the comments, in order.
fn promised(block: &str) -> Vec<u16> {
    let comments = block.lines().filter_map(|line| line.split_once(" # "));
    let words = comments.flat_map(|(_, comment)| comment.split(|c: char| !c.is_ascii_digit()));
    words.filter_map(status).collect()
}

/// The statuses in what curl has printed, in order.
fn answered(output: &str) -> Vec<u16> {
    // A body that does not end in a line break is followed by the next head at once.
    let heads = output.split("HTTP/1.1 ").skip(1);
    let words = heads.filter_map(|head| head.split_whitespace().next());
    words.filter_map(status).collect()
}

fn status(word: &str) -> Option<u16> {
    word.parse()
        .ok()
        .filter(|status| (100..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_readme_promises() {
        let readme = "```sh\nls # 404\n```\n\n```sh\nAPI=http://127.0.0.1:3000\n\
                      curl $API  # 401, in 30 s\nTOKEN=$(curl $API -d a#500)\n\
                      curl $API  # 200 200: twice\n```\n\n```sh\nls  # 503\n```\n";

        let block = block(readme).unwrap();

        assert_eq!(promised(block), [401, 200, 200]);
        assert!(super::block("no such lines").is_none());
    }

    #[test]
    fn reads_what_curl_has_printed() {
        let output =
            "HTTP/1.1 401 Unauthorized\r\nage: 200\r\n\r\nnoHTTP/1.1 200 OK\r\n\r\nHello\n";

        assert_eq!(answered(output), [401, 200]);
    }
}
