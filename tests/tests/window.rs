//! The real window, driven by WebDriver (tauri-driver and WebKitWebDriver) under a display.
//!
//! `./check` starts an X server and passes the programs in the environment; without
//! `SPINEBOARD_WINDOW` (the built executable) and `TAURI_DRIVER` these journeys say that they were
//! skipped.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use fantoccini::{Client, ClientBuilder, Locator, elements::Element, key::Key};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use support::{programs, shared};

const PASSPHRASE: &str = "correct horse battery staple";
const PATIENCE: Duration = Duration::from_secs(60);

/// tauri-driver on ports of its own, ended with the test.
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    fn start() -> Option<Driver> {
        let driver = programs::tauri_driver()?;
        let (port, native) = (support::free_port(), support::free_port());
        let process = Command::new(driver)
            .args([
                "--port",
                &port.to_string(),
                "--native-port",
                &native.to_string(),
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("tauri-driver starts");
        Some(Driver { process, port })
    }

    /// Opens the window with start arguments, since a native dialog cannot be clicked.
    async fn open(&self, arguments: &[&str]) -> Window {
        let application = programs::window().expect("checked before");
        let mut capabilities = serde_json::Map::new();
        capabilities.insert(
            "tauri:options".to_owned(),
            json!({ "application": application, "args": arguments }),
        );
        let address = format!("http://127.0.0.1:{}", self.port);
        let client = support::until(PATIENCE, || async {
            ClientBuilder::rustls()
                .ok()?
                .capabilities(capabilities.clone())
                .connect(&address)
                .await
                .ok()
        })
        .await
        .expect("the window opens");
        let window = Window { client };
        window.record_violations().await;
        window
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

struct Window {
    client: Client,
}

impl Window {
    async fn find(&self, test_id: &str) -> Element {
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(&format!("[data-testid='{test_id}']")))
            .await
            .unwrap_or_else(|error| panic!("{test_id} is not on the screen: {error}"))
    }

    async fn click(&self, test_id: &str) {
        self.find(test_id).await.click().await.unwrap();
    }

    async fn enter(&self, test_id: &str, text: &str) {
        let field = self.find(test_id).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    async fn text(&self, test_id: &str) -> String {
        self.find(test_id).await.text().await.unwrap()
    }

    async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// From here on, every violation of the content security policy is kept.
    async fn record_violations(&self) {
        self.run(
            "window.policyViolations = [];\
             document.addEventListener('securitypolicyviolation', (event) =>\
               window.policyViolations.push(event.violatedDirective + ' ' + event.blockedURI));",
        )
        .await;
    }

    async fn violations(&self) -> Value {
        self.run("return window.policyViolations;").await
    }

    async fn picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("SPINEBOARD_PICTURES") {
            let png = self.client.screenshot().await.unwrap();
            std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), png).unwrap();
        }
    }

    async fn close(self) {
        self.client.close().await.unwrap();
    }
}
