//! From the start of the program to the first paint of its window, in the real window:
//! `cargo bench -p spineboard-tests --bench first_paint` under a display, with `SPINEBOARD_WINDOW`
//! and `TAURI_DRIVER` set as `./check` sets them. The driver's own start is part of the figure.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/support/mod.rs"]
mod support;

use fantoccini::ClientBuilder;
use serde_json::json;
use std::{
    process::{Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use support::programs;

const RUNS: usize = 5;

#[tokio::main]
async fn main() {
    let (Some(window), Some(driver)) = (programs::window(), programs::tauri_driver()) else {
        return;
    };
    let (port, native) = (support::free_port(), support::free_port());
    let mut driver = Command::new(driver)
        .args([
            "--port",
            &port.to_string(),
            "--native-port",
            &native.to_string(),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut taken = Vec::new();
    for _ in 0..RUNS {
        let data = tempfile::tempdir().unwrap();
        let options = json!({ "application": window, "args": ["--data", data.path()] });
        let capabilities = json!({ "tauri:options": options })
            .as_object()
            .unwrap()
            .clone();
        let address = format!("http://127.0.0.1:{port}");
        let mut started = SystemTime::now();
        let client = support::until(Duration::from_secs(30), || {
            started = SystemTime::now();
            let builder = ClientBuilder::rustls().map(|mut builder| {
                builder.capabilities(capabilities.clone());
                builder
            });
            let address = address.clone();
            async move { builder.ok()?.connect(&address).await.ok() }
        })
        .await
        .unwrap();
        let script = "const paint = performance.getEntriesByName('first-contentful-paint')[0];\
                      return paint ? performance.timeOrigin + paint.startTime : null;";
        let painted = support::until(Duration::from_secs(30), || async {
            client.execute(script, Vec::new()).await.ok()?.as_f64()
        })
        .await
        .unwrap();
        let started = started.duration_since(UNIX_EPOCH).unwrap().as_secs_f64() * 1e3;
        taken.push(painted - started);
        client.close().await.unwrap();
    }
    driver.kill().unwrap();
    driver.wait().unwrap();
    taken.sort_by(f64::total_cmp);
    println!(
        "start to first paint: median {:.0} ms of {RUNS} runs {taken:.0?}",
        taken[RUNS / 2]
    );
}
