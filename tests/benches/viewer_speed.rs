//! A CT of 300 slices of 512 × 512 in the real window, from the folder to scrolling:
//! `cargo bench -p spineboard-tests --bench viewer_speed` under a display; `window/mod.rs` says with which
//! build. The slices are the synthetic patient's, with noise, uncompressed. Aims: the first image within
//! 0.3 s of its stack being chosen, all slices within 2.5 s of the folder being asked for, at most twice the
//! volume of memory more while it is read, in the processes that are not WebKit's. The page itself takes the
//! times (`viewer_speed.js`).
//!
//! Measured on two cores (AMD EPYC, 2.6 GHz) without a graphics processor, under Xvfb, beside other work at a
//! lower priority, medians: folder read after 0.07 s; first image 0.19 s after its stack was chosen, 0.28 s
//! after the folder was asked for; all slices 1.6 s, and the sagittal plane through them 2.0 s, after the folder
//! was asked for. A step of the wheel (p50 / p95): 72 / 108 ms beside a sagittal plane, and in three planes 63 /
//! 91 ms axial, 100 / 139 ms sagittal, 50 / 70 ms coronal. Memory: 1.3 times the volume more.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/support/mod.rs"]
mod support;
mod window;

use fantoccini::Client;
use serde_json::{Value, json};
use std::path::Path;
use window::{
    Driver, answer, click, find,
    memory::{Watched, held},
    quantiles,
};

const SCRIPT: &str = include_str!("viewer_speed.js");

const RUNS: usize = 5;
const SLICES: usize = 300;
/// To one end of the stack and back to its middle.
const STEPS: usize = 2 * SLICES / 3;

async fn scrolled(client: &Client, pane: &str, name: &str) {
    let answer = answer(client, SCRIPT, &format!("scroll('{pane}', {STEPS})")).await;
    let (half, most) = quantiles(&answer["taken"]);
    println!(
        "scrolling, {name}: {half:.1} ms (p50), {most:.1} ms (p95) from a step of the wheel to its paint, {} slices seen",
        answer["slices"]
    );
}

/// From a new store to the place where images are opened.
async fn at_the_images(driver: &Driver, data: &Path) -> Client {
    let client = driver.at_the_demonstration(data).await;
    click(&client, "#tab-images").await;
    find(&client, "#images-path").await;
    client
}

fn print_openings(opened: &[Value]) {
    for (name, from, to) in [
        ("folder asked for, to read", None, "read"),
        (
            "stack chosen, to its first image",
            Some("requested"),
            "first",
        ),
        ("stack chosen, to all slices", Some("requested"), "whole"),
        ("folder asked for, to the first image", None, "first"),
        ("folder asked for, to all slices", None, "whole"),
        ("folder asked for, to the sagittal plane", None, "planes"),
    ] {
        let time = |times: &Value, name: &str| times[name].as_f64().unwrap();
        let mut taken: Vec<f64> = opened
            .iter()
            .map(|times| time(times, to) - from.map_or(0.0, |from| time(times, from)))
            .collect();
        taken.sort_by(f64::total_cmp);
        let [least, middle] = [taken[0], taken[taken.len() / 2]];
        println!("{name}: least {least:.0} ms, median {middle:.0} ms {taken:.0?}");
    }
}

#[tokio::main]
async fn main() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let images = tempfile::tempdir().unwrap();
    board::write_large_phantom(images.path()).unwrap();
    let folder = json!(images.path().display().to_string());
    let open = format!("open({folder}, {SLICES})");

    let mut opened = Vec::new();
    for run in 0..RUNS {
        let data = tempfile::tempdir().unwrap();
        let client = at_the_images(&driver, data.path()).await;
        opened.push(answer(&client, SCRIPT, &open).await);
        if run + 1 == RUNS {
            print_openings(&opened);
            scrolled(&client, "[data-pane=stack]", "beside a sagittal plane").await;
            answer(&client, SCRIPT, "showPlanes()").await;
            for plane in ["axial", "sagittal", "coronal"] {
                let name = format!("{plane} of three planes");
                scrolled(&client, &format!("[data-pane={plane}]"), &name).await;
            }
        }
        driver.close(client).await;
    }

    // A run of its own, as looking takes time.
    let data = tempfile::tempdir().unwrap();
    let client = at_the_images(&driver, data.path()).await;
    let before = held(&driver.window) as f64 * 1024.0 / 1e6;
    let watched = Watched::start(driver.window.clone());
    answer(&client, SCRIPT, &open).await;
    let (peak, volume) = (watched.peak(), (SLICES * 512 * 512 * 2) as f64 / 1e6);
    println!(
        "the window's own process and its image workers: {before:.0} MB before, at most {peak:.0} MB while reading, \
         {:.2} times the volume of {volume:.0} MB more",
        (peak - before) / volume
    );
    driver.close(client).await;
}
