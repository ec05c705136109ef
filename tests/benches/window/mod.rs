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
use fantoccini::{Client, ClientBuilder};
use serde_json::{Map, json};
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

impl Driver {
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
