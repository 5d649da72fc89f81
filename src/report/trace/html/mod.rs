//! One page that needs nothing but itself: no network, no fonts, no scripts from elsewhere. Its policy lets only its
//! own style and script run, so nothing that a file of the repository smuggles in could.

mod drawing;
mod findings;
mod layout;
mod matrix;

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::totals;
use crate::engine::Report;
use crate::report::escape::xml;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The trace as a page: matrix, findings with excerpts, drawings of the pipelines. `prefix` leads from the root of
/// the repository to the project.
pub fn render_trace_html(report: &Report<'_>, prefix: &str) -> String {
    let mut out =
        String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let _ = write!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; \
         script-src '{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Trace of the spec</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        digest(STYLE),
        digest(SCRIPT)
    );
    let _ = write!(
        out,
        "<a class=\"skip\" href=\"#clauses\">To the clauses</a>\n<header>\n<h1>Trace of the spec</h1>\n<p>{}</p>\n\
         <nav aria-label=\"Parts of this page\"><ul><li><a href=\"#clauses\">Clauses</a></li>\
         <li><a href=\"#findings\">Findings</a></li><li><a href=\"#pipelines\">Pipelines</a></li></ul></nav>\n\
         </header>\n<main>\n",
        xml(&totals(report))
    );
    matrix::write(&mut out, report, prefix);
    findings::write(&mut out, report, prefix);
    drawing::write(&mut out, report, prefix);
    let _ = write!(
        out,
        "</main>\n<footer><p>Written by pipespec {}.</p></footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    out
}

/// A text as the policy of a page names it.
fn digest(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::from("sha256-");
    for chunk in Sha256::digest(text.as_bytes()).chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4_usize {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            out.push(if place > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn a_digest_is_written_as_the_policy_wants_it() {
        assert_eq!(digest(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
