//! From the start of the program to the first paint of its window, in the real window:
//! `cargo bench -p spineboard-tests --bench first_paint` under a display; `window/mod.rs` says with
//! which build. The driver's own start is part of the figure.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/support/mod.rs"]
mod support;
mod window;

use window::{Driver, PATIENCE};

const RUNS: usize = 5;

#[tokio::main]
async fn main() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let mut taken = Vec::new();
    for _ in 0..RUNS {
        let data = tempfile::tempdir().unwrap();
        let data = data.path().display().to_string();
        let (client, started) = driver.open(&["--data", &data]).await;
        let script = "const paint = performance.getEntriesByName('first-contentful-paint')[0];\
                      return paint ? performance.timeOrigin + paint.startTime : null;";
        let painted = support::until(PATIENCE, || async {
            client.execute(script, Vec::new()).await.ok()?.as_f64()
        })
        .await
        .expect("the page is painted");
        taken.push(painted - started);
        driver.close(client).await;
    }
    taken.sort_by(f64::total_cmp);
    println!(
        "start to first paint: median {:.0} ms of {RUNS} runs {taken:.0?}",
        taken[RUNS / 2]
    );
}
