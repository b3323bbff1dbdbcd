//! A real browser: it shows a page, and a probe on the page says what there is to be seen.

use std::fs;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::stage::Stage;
use crate::peer::Peer;

const LEAVE: &str = include_str!("browser/leave.js");

/// Nothing may reach the network: neither the page nor the browser itself.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr",
    "--dump-dom",
];

/// Returns the element that runs a probe and what it leaves its findings with.
pub(super) fn element_of(probe: &str) -> String {
    format!("<script>{LEAVE}{probe}</script>")
}

/// Shows a page and returns the document as its scripts leave it; none may complain.
pub(super) fn show(stage: &Stage<'_>, page: &str) -> Result<String> {
    let file = stage.plain("page.html");
    fs::write(&file, page).context("cannot write the page")?;
    let printed = stage
        .peer(Peer::Chromium)?
        .arguments(FLAGS)
        .arguments([format!("--user-data-dir={}", stage.home().join("browser").display())])
        .arguments([format!("file://{}", file.display())])
        .run()?
        .success()?;
    let log = String::from_utf8_lossy(&printed.stderr);
    let messages: Vec<&str> = log.lines().filter(|line| line.contains(":CONSOLE")).collect();
    if !messages.is_empty() {
        bail!("the page complains: {messages:?}");
    }
    printed.stdout_text()
}

/// Returns what the probe left in `dom`, if the page loaded nothing.
pub(super) fn seen_in(dom: &str) -> Result<Value> {
    let (_, rest) = dom.rsplit_once("<pre id=\"seen\">").context("the probe saw nothing")?;
    let (text, _) = rest.split_once("</pre>").context("the document has no end")?;
    // The three that a text is spelled with in a document.
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let seen = serde_json::from_str(&text).context("the probe left no JSON")?;
    check(&seen, "/resources", &json!([]))?;
    Ok(seen)
}

/// Compares one thing that was seen.
pub(super) fn check(seen: &Value, what: &str, expected: &Value) -> Result<()> {
    let found = seen.pointer(what).unwrap_or(&Value::Null);
    if found != expected {
        bail!("{what} is {found}, not {expected}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probe_s_text_is_read_back() {
        let dom = "<html><pre id=\"seen\">{\"a\":\"&lt;b&gt; &amp;amp;\",\"resources\":[]}</pre>";
        assert_eq!(seen_in(dom).unwrap()["a"], "<b> &amp;");
    }

    #[test]
    fn a_page_that_loads_something_is_found() {
        let dom = "<pre id=\"seen\">{\"resources\":[\"http://example.com/\"]}</pre>";
        assert!(seen_in(dom).is_err());
    }

    #[test]
    fn a_page_whose_script_died_is_found() {
        assert!(seen_in("<html></html>").is_err());
    }
}
