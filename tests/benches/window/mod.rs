//! The real window under a driver, for benchmarks.
//!
//! A release build takes no orders from a driver (`driven_by_a_test` in the shell), and a development build
//! says nothing of speed. So the shell alone is built with its development checks, everything below it as
//! released; a release build made afterwards replaces it:
//!
//!     npm --prefix ui run build
//!     cargo build --release -p spineboard-desktop \
//!       --config 'profile.release.package.spineboard-desktop.debug-assertions=true'
//!     SPINEBOARD_WINDOW=target/release/spineboard-desktop TAURI_DRIVER=tauri-driver LIBGL_ALWAYS_SOFTWARE=1 \
//!       xvfb-run -a -s '-screen 0 1920x1200x24' cargo bench -p spineboard-tests --bench viewer_speed

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

pub mod memory;

use crate::support::{self, programs};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use serde_json::{Map, Value, json};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::time::sleep;

pub const PATIENCE: Duration = Duration::from_secs(60);
const START_PATIENCE: Duration = Duration::from_secs(15);

/// tauri-driver on ports of its own, ended with the benchmark.
pub struct Driver {
    process: Child,
    port: u16,
    /// The program of the window, as the system names it.
    pub window: PathBuf,
}

impl Driver {
    /// None, with a remark, where the window or the driver is not named in the environment.
    pub fn start() -> Option<Driver> {
        let (window, driver) = (programs::window()?, programs::tauri_driver()?);
        let (port, native) = (support::free_port(), support::free_port());
        let mut command = Command::new(driver);
        if !Path::new("/dev/dri").exists() {
            // The way that the shell chooses by itself where no driver is (`drawing` there).
            command.env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
        }
        let process = command
            .args(["--port", &port.to_string()])
            .args(["--native-port", &native.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Driver {
            process,
            port,
            window: std::fs::canonicalize(window).unwrap(),
        })
    }

    /// Starts the window. Also tells when, in milliseconds since 1970 as a page counts.
    pub async fn open(&self, arguments: &[&str]) -> (Client, f64) {
        let options = json!({ "application": self.window, "args": arguments });
        let capabilities = Map::from_iter([("tauri:options".to_owned(), options)]);
        let address = format!("http://127.0.0.1:{}", self.port);
        let mut builder = ClientBuilder::rustls().unwrap();
        builder.capabilities(capabilities);
        let begun = Instant::now();
        loop {
            let started = SystemTime::now();
            match builder.connect(&address).await {
                Ok(client) => {
                    let since = started.duration_since(UNIX_EPOCH).unwrap();
                    return (client, since.as_secs_f64() * 1e3);
                }
                // The driver may not be there yet.
                Err(_) if begun.elapsed() < START_PATIENCE => {
                    sleep(Duration::from_millis(50)).await
                }
                Err(error) => panic!(
                    "the window takes no orders ({error}); build it as the head of tests/benches/window/mod.rs says"
                ),
            }
        }
    }
}

pub async fn click(client: &Client, css: &str) {
    let clicked = support::until(PATIENCE, || async {
        let found = client.find(Locator::Css(css)).await.ok()?;
        found.click().await.ok()
    });
    assert!(clicked.await.is_some(), "{css} cannot be clicked");
}

pub async fn find(client: &Client, css: &str) -> Element {
    let wait = client.wait().at_most(PATIENCE);
    match wait.for_element(Locator::Css(css)).await {
        Ok(element) => element,
        Err(error) => {
            let page = client.source().await.unwrap_or_default();
            panic!("{css} is not on the screen ({error}): {page}")
        }
    }
}

pub async fn enter(client: &Client, css: &str, text: &str) {
    find(client, css).await.send_keys(text).await.unwrap();
}

/// What a promise in the page comes to, made by functions of a script.
pub async fn answer(client: &Client, functions: &str, promise: &str) -> Value {
    let script = format!(
        "{functions} window.measured = undefined; ({promise}).then((value) => {{ window.measured = {{ value }}; }},\
         (error) => {{ window.measured = {{ error: String(error) }}; }});"
    );
    client.execute(&script, Vec::new()).await.unwrap();
    let measured = support::until(PATIENCE, || async {
        let measured = client.execute("return window.measured ?? null;", Vec::new());
        measured.await.ok().filter(|answer| !answer.is_null())
    });
    let measured = measured.await.expect("the page answers");
    assert!(measured["error"].is_null(), "{measured}");
    measured["value"].clone()
}

/// Milliseconds that half and that 95 % of the times stay below.
pub fn quantiles(times: &Value) -> (f64, f64) {
    let mut times: Vec<f64> = serde_json::from_value(times.clone()).unwrap();
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() * 95 / 100])
}

impl Driver {
    /// Opens the window on a new store and goes to the demonstration case.
    pub async fn at_the_demonstration(&self, data: &Path) -> Client {
        {
            let board = support::opened(data);
            board.accept_research_use().unwrap();
        }
        let (client, _) = self.open(&["--data", &data.display().to_string()]).await;
        enter(&client, "#passphrase", support::PASSPHRASE).await;
        click(&client, "#unlock").await;
        enter(&client, "#sign-in-secret", support::PIN).await;
        click(&client, "#sign-in").await;
        click(&client, "#open-demo").await;
        find(&client, "[data-testid='synthetic']").await;
        client
    }

    /// Closes a window and waits for the end of its process, which would take time from the next one.
    pub async fn close(&self, client: Client) {
        client.close().await.unwrap();
        let ended = support::until(PATIENCE, || async {
            (memory::held(&self.window) == 0).then_some(())
        });
        ended.await.expect("the window ends");
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
