//! From the edit of a fact to the new forecast on the screen, in the real window:
//! `cargo bench -p spineboard-tests --bench edit_speed` under a display; `window/mod.rs` says with which build. Aim: a median
//! below 100 ms. An edit is saved as a revision, encrypted and logged; the forecast is computed anew and painted. The page itself
//! takes the times (`edit_speed.js`): of the form with the forecast beside it, and of "what if" beside the case.
//!
//! Measured on two cores (AMD EPYC, 2.6 GHz) without a graphics processor, under Xvfb, 40 edits each (p50 / p95): 84 / 93 ms in the
//! form, 131 / 136 ms as "what if", whose page is longer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/support/mod.rs"]
mod support;
mod window;

use window::{Driver, answer, click, find, quantiles};

const SCRIPT: &str = concat!(
    include_str!("window/page.js"),
    include_str!("edit_speed.js")
);
const EDITS: usize = 40;

#[tokio::main]
async fn main() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let data = tempfile::tempdir().unwrap();
    let client = driver.at_the_demonstration(data.path()).await;
    find(&client, "#field-albumin").await;
    for (tab, name, measured) in [
        (
            "#tab-facts",
            "edit in the form, to the new forecast",
            format!("edits({EDITS})"),
        ),
        (
            "#tab-assessment",
            "what if, to the new forecast",
            format!("tries({EDITS})"),
        ),
    ] {
        click(&client, tab).await;
        let taken = answer(&client, SCRIPT, &measured).await;
        let (half, most) = quantiles(&taken);
        println!("{name}: {half:.0} ms (p50), {most:.0} ms (p95) of {EDITS}");
    }
    driver.close(client).await;
}
