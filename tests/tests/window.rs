//! The real window, driven by WebDriver (tauri-driver and WebKitWebDriver) under a display.
//!
//! `./check` starts an X server and passes the programs in the environment; without
//! `SPINEBOARD_WINDOW` (the built executable) and `TAURI_DRIVER` these journeys say that they were
//! skipped.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::MeetingInput;
use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
    elements::Element,
};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use support::{programs, shared, trace::Trace};

/// Whom nothing that is left on the disk may name.
const FAMILY_NAME: &str = "Quillfeather-Oakes";
const PATIENT_ID: &str = "QX-48151623";
const PASSPHRASE: &str = "correct horse battery staple";
const PIN: &str = "24681357";
/// The Enter key (WebDriver, section 17.4.2).
const ENTER: char = '\u{e007}';
const PATIENCE: Duration = Duration::from_secs(60);

/// tauri-driver on ports of its own, ended with the test.
struct Driver {
    process: Child,
    port: u16,
    /// Home and temporary folder of everything that the driver starts.
    home: tempfile::TempDir,
}

impl Driver {
    fn start() -> Option<Driver> {
        let driver = programs::tauri_driver()?;
        let (port, native) = (support::free_port(), support::free_port());
        let home = tempfile::tempdir().unwrap();
        let process = Command::new(driver)
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            // The window speaks the language of the system until one is chosen; these tests read English.
            .env("LC_ALL", "C.UTF-8")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env_remove("XDG_CONFIG_HOME")
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
        Some(Driver {
            process,
            port,
            home,
        })
    }

    /// Opens the window with start arguments, since a native dialog cannot be clicked; where strace
    /// is there, under watch for sockets.
    async fn open(&self, arguments: &[&str]) -> Window {
        let mut application = programs::window().expect("checked before");
        let watched = tempfile::tempdir().unwrap();
        let trace = Trace::into(watched.path());
        if let Some(trace) = &trace {
            application = trace.script(&application);
        }
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
        let window = Window {
            client,
            trace,
            _watched: watched,
        };
        window.watch().await;
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
    trace: Option<Trace>,
    _watched: tempfile::TempDir,
}

impl Window {
    async fn find(&self, css: &str) -> Element {
        self.client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|error| panic!("{css} is not on the screen: {error}"))
    }

    async fn click(&self, css: &str) {
        // A click waits until the element is there and lets itself be clicked.
        let clicked = support::until(PATIENCE, || async {
            self.find(css).await.click().await.ok()
        })
        .await;
        assert!(clicked.is_some(), "{css} cannot be clicked");
    }

    /// Presses the left button at places of an element, in shares of its width and height.
    async fn press(&self, css: &str, places: &[(f64, f64)]) {
        let (left, top, width, height) = self.find(css).await.rectangle().await.unwrap();
        let mut mouse = MouseActions::new("mouse".to_owned());
        for (across, down) in places {
            mouse = mouse
                .then(PointerAction::MoveTo {
                    duration: None,
                    x: left + across * width,
                    y: top + down * height,
                })
                .then(PointerAction::Down {
                    button: MOUSE_BUTTON_LEFT,
                })
                .then(PointerAction::Up {
                    button: MOUSE_BUTTON_LEFT,
                });
        }
        self.client.perform_actions(mouse).await.unwrap();
    }

    async fn enter(&self, css: &str, text: &str) {
        self.find(css).await.send_keys(text).await.unwrap();
    }

    async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Asks the page until the script answers true.
    async fn until(&self, script: &str) {
        let answer = support::until(PATIENCE, || async {
            (self.run(script).await == Value::Bool(true)).then_some(())
        })
        .await;
        assert!(answer.is_some(), "never true: {script}");
    }

    /// From here on, every violation of the content security policy is kept, and what the commands
    /// answered: its type, not its content.
    async fn watch(&self) {
        self.run(
            "window.policyViolations = []; window.answers = {};\
             document.addEventListener('securitypolicyviolation', (event) =>\
               window.policyViolations.push(event.violatedDirective + ' ' + event.blockedURI));\
             const fetched = window.fetch.bind(window);\
             window.fetch = async (...request) => {\
               const answer = await fetched(...request);\
               const command = String(request[0]?.url ?? request[0]).split('/').pop();\
               window.answers[command] = answer.headers.get('content-type');\
               return answer;\
             };",
        )
        .await;
    }

    async fn picture(&self, name: &str) {
        if let Some(folder) = std::env::var_os("SPINEBOARD_PICTURES") {
            let png = self.client.screenshot().await.unwrap();
            std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), png).unwrap();
        }
    }

    async fn first_start(&self) {
        self.click("#understood").await;
        self.click("#accept-research-use").await;
        self.enter("#passphrase-new", PASSPHRASE).await;
        self.enter("#passphrase-repeated", PASSPHRASE).await;
        self.click("#passphrase-kept").await;
        self.click("#create-store").await;
        self.recovery_key().await;
        self.first_person().await;
        self.find("#open-demo").await;
    }

    /// Copies the key as a person would, and answers the question about one group of the sheet.
    async fn recovery_key(&self) {
        self.click("#recovery-make").await;
        self.find("[data-testid='recovery-sheet']").await;
        self.picture("recovery-key").await;
        let mut groups = Vec::new();
        let shown = Locator::Css("[data-testid='recovery-sheet'] code");
        for group in self.client.find_all(shown).await.unwrap() {
            groups.push(group.text().await.unwrap());
        }
        assert_eq!(groups.len(), 8, "{groups:?}");
        self.click("#recovery-written").await;
        let check = self.find("[data-testid='recovery-check']").await;
        let asked = check.attr("data-group").await.unwrap().unwrap();
        let asked: usize = asked.parse().unwrap();
        self.enter("#recovery-group", &groups[asked]).await;
        self.click("#recovery-checked").await;
    }

    async fn first_person(&self) {
        let field = |name: &str| format!("[data-testid='first-person'] [data-field='{name}']");
        self.enter(&field("name"), "Dr Rossi").await;
        for (name, value) in [("specialty", "spine_surgery"), ("role", "chair")] {
            let select = self.find(&field(name)).await;
            select.select_by_value(value).await.unwrap();
        }
        self.enter(&field("secret"), PIN).await;
        self.enter(&field("secret-repeated"), PIN).await;
        self.picture("first-person").await;
        self.click("#add-first-person").await;
    }

    async fn unlock(&self) {
        self.enter("#passphrase", PASSPHRASE).await;
        self.click("#unlock").await;
        self.enter("#sign-in-secret", PIN).await;
        self.picture("sign-in").await;
        self.click("#sign-in").await;
    }

    /// Takes an entry of the menu of the signed-in person.
    async fn menu(&self, entry: &str) {
        self.click("#person-menu").await;
        self.click(entry).await;
    }

    /// True once the pane's canvas shows something other than one colour.
    async fn shows_an_image(&self, pane: &str) {
        self.until(&format!(
            "const canvas = document.querySelector('[data-pane={pane}] canvas');\
             if (!canvas || canvas.width === 0) return false;\
             const copy = document.createElement('canvas');\
             copy.width = 64; copy.height = 64;\
             const context = copy.getContext('2d');\
             context.drawImage(canvas, 0, 0, 64, 64);\
             const bytes = context.getImageData(0, 0, 64, 64).data;\
             const greys = new Set();\
             for (let index = 0; index < bytes.length; index += 4) greys.add(bytes[index]);\
             return greys.size > 8;"
        ))
        .await;
    }

    async fn closes_clean(self) {
        let violations = self.run("return window.policyViolations;").await;
        assert_eq!(
            violations,
            json!([]),
            "the content security policy was violated"
        );
        self.client.close().await.unwrap();
        if let Some(trace) = &self.trace {
            assert_eq!(trace.foreign(of_the_driver), Vec::<String>::new());
        }
    }
}

/// What is no way out of this machine. WebKitWebDriver names an address of the loopback at which
/// WebKit listens for its orders; without a driver nobody listens
/// (`the_window_by_itself_has_no_way_to_a_network`).
fn of_the_driver(call: &str) -> bool {
    of_the_web_view(call)
        || call.contains("socket(AF_INET, SOCK_STREAM")
        || call.contains("inet_addr(\"127.0.0.1\")")
}

/// GLib's network monitor in WebKit's network process asks the kernel to be told of changes to this
/// machine's own routes (rtnetlink); nothing is sent, and no address is known there. Where no session bus
/// runs, GTK starts a dbus-daemon, which opens the audit log of this machine's kernel.
fn of_the_web_view(call: &str) -> bool {
    call.contains("AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE")
        || call.contains("sa_family=AF_NETLINK, nl_pid=0")
        || call.contains("socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT")
}

/// Files below the folders that hold the patient's name or number as UTF-8 or UTF-16: what a web
/// view, a temporary file or an unencrypted database would leave.
fn naming_the_patient(folders: &[&Path]) -> Vec<PathBuf> {
    let mut wanted = Vec::new();
    for text in [FAMILY_NAME, PATIENT_ID] {
        wanted.push(text.as_bytes().to_vec());
        wanted.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| folder.to_path_buf()).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if let Ok(bytes) = std::fs::read(entry.path()) {
                let holds = |text: &Vec<u8>| bytes.windows(text.len()).any(|part| part == text);
                if wanted.iter().any(holds) {
                    found.push(entry.path());
                }
            }
        }
    }
    found
}

fn horizons() -> [String; 3] {
    [3, 6, 12].map(|months| format!("[data-testid='horizon-{months}']"))
}

async fn numbers(window: &Window) -> Vec<String> {
    let mut numbers = Vec::new();
    for horizon in horizons() {
        numbers.push(window.text(&horizon).await);
    }
    numbers
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_case_goes_from_first_start_to_paper_and_is_the_same_after_a_restart() {
    let (Some(_), Some(driver)) = (programs::window(), Driver::start()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();

    let window = driver.open(&["--data", &data]).await;
    window.picture("first-start").await;
    window.first_start().await;
    window.click("#open-demo").await;
    window.find("[data-testid='synthetic']").await;
    window.picture("facts").await;
    window.click("#tab-assessment").await;
    let before = numbers(&window).await;
    assert!(
        before.iter().all(|text| text.contains("of 100")),
        "{before:?}"
    );
    window.picture("assessment").await;

    window.click("#tab-images").await;
    let images = folder
        .path()
        .join("data/demonstration/images")
        .display()
        .to_string();
    window
        .run("const field = document.querySelector('#images-path'); field.value = '';")
        .await;
    window.enter("#images-path", &images).await;
    window.click("#open-images").await;
    window.click("[data-stack]").await;
    window.shows_an_image("stack").await;
    let frames = window.run("return window.answers['read_frames'];").await;
    assert_eq!(
        frames,
        json!("application/octet-stream"),
        "frames come as raw bytes"
    );
    window.picture("images").await;
    window.click("[data-pane='stack']").await;
    window
        .run("document.querySelector('[data-pane=stack]').focus();")
        .await;
    window
        .find("[data-pane='stack']")
        .await
        .send_keys("k")
        .await
        .unwrap();
    window.find("[data-testid='key-image-marked']").await;

    window
        .run(
            "const tools = document.querySelector('[data-testid=measure]'); tools.value = 'length';\
             tools.dispatchEvent(new Event('change', { bubbles: true }));",
        )
        .await;
    window
        .press("[data-pane='stack']", &[(0.4, 0.5), (0.6, 0.5)])
        .await;
    let measured = window.find("[data-kind='length'] text").await;
    let measured = measured.text().await.unwrap();
    assert!(
        measured.contains("Length") && measured.ends_with("mm"),
        "{measured}"
    );
    window.picture("measured").await;

    window.click("#tab-report").await;
    window.click("#export-pdf").await;
    let path = window.text("[data-testid='pdf-path']").await;
    assert!(
        std::fs::read(&path).unwrap().starts_with(b"%PDF-"),
        "{path}"
    );
    window.picture("report").await;
    let revision = window.text("[data-testid='revision']").await;

    window.menu("#menu-audit").await;
    window.click("#audit-check").await;
    window.find("[data-testid='audit-whole']").await;
    window.picture("audit").await;
    window.menu("#menu-settings").await;
    window.find("[data-testid='people-table']").await;
    window.picture("settings").await;
    window.closes_clean().await;

    let window = driver.open(&["--data", &data]).await;
    window.unlock().await;
    window.click("#open-demo").await;
    assert_eq!(window.text("[data-testid='revision']").await, revision);
    window.click("#tab-assessment").await;
    assert_eq!(
        numbers(&window).await,
        before,
        "the same facts show the same numbers"
    );
    // On a narrow window the name is for screen readers only, so not `text`.
    let signed_in = window
        .run("return document.querySelector(\"[data-testid='signed-in']\").textContent;")
        .await;
    assert!(
        signed_in.as_str().unwrap().contains("Dr Rossi"),
        "{signed_in}"
    );
    let patient = window.text("[data-testid='patient-name']").await;
    window.menu("#lock").await;
    window.find("[data-testid='unlock']").await;
    let page = window.text("body").await;
    assert!(!patient.is_empty() && !page.contains(&patient), "{page}");
    window.closes_clean().await;
}

/// Opens the window over a store that a board made, and signs its chair in.
async fn sign_in(driver: &Driver, data: &Path) -> Window {
    let window = driver.open(&["--data", &data.display().to_string()]).await;
    window.enter("#passphrase", support::PASSPHRASE).await;
    window.click("#unlock").await;
    window.enter("#sign-in-secret", support::PIN).await;
    window.click("#sign-in").await;
    window
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_is_walked_its_decision_signed_and_its_year_counted_and_all_of_it_is_in_the_store()
 {
    let (Some(_), Some(driver)) = (programs::window(), Driver::start()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let today = chrono::Utc::now().date_naive();
    let (case_id, meeting_id) = {
        let board = support::opened(&data);
        board.accept_research_use().unwrap();
        let case_id = board.open_demo_case().unwrap().case.id;
        let planned = board.create_meeting(MeetingInput {
            title: "Spine board".to_owned(),
            on: today,
            starts_at: None,
            place: String::new(),
            minutes_per_case: 8,
            list_closes_on: None,
            note: String::new(),
        });
        let meeting_id = planned.unwrap().meeting.id;
        board.add_to_meeting(&meeting_id, &case_id).unwrap();
        (case_id, meeting_id)
    };

    let window = sign_in(&driver, &data).await;
    window.find("[data-testid='home-panels']").await;
    window.picture("home").await;
    window.click("[data-testid='home-meetings'] .link").await;
    window.click("#all-present").await;
    window
        .until(
            "return document.querySelector('[data-testid=quorum]').textContent.includes('1 of 4');",
        )
        .await;
    window.picture("meeting").await;
    window.click("#walk").await;
    window.find("[data-testid='walk']").await;

    window.click("#tab-decision").await;
    window.click("#decision-conventional").await;
    window
        .enter("#decision-rationale", "Pain, and no instability.")
        .await;
    // What is typed and not saved outlives the end of the program.
    window.until("return 'save_draft' in window.answers;").await;
    window.closes_clean().await;
    let window = sign_in(&driver, &data).await;
    window.click("[data-testid='home-meetings'] .link").await;
    window.click("#walk").await;
    window.click("#tab-decision").await;
    let typed = window.find("#decision-rationale").await;
    let typed = typed.prop("value").await.unwrap();
    assert_eq!(typed.as_deref(), Some("Pain, and no instability."));
    window.enter("#decision-day", &today.to_string()).await;
    window
        .click("[data-testid='positions'] input[value='agrees']")
        .await;
    window.picture("decision").await;
    window.click("#decision-sign").await;
    window.find("[data-testid='sign-dialog']").await;
    window
        .run(
            "for (const box of document.querySelectorAll('[data-testid=sign-dialog] [type=checkbox]')) box.click();",
        )
        .await;
    window.enter("#sign-secret", support::PIN).await;
    window.picture("signature").await;
    window.click("#sign-now").await;
    window.find("[data-testid='signed-decision']").await;
    window.picture("signed").await;

    window.click("#walk-end").await;
    window
        .until("return document.querySelector('[data-testid=agenda] [data-state=discussed]')?.textContent.includes('decision signed') ?? false;")
        .await;
    window.click("#close-meeting").await;
    window.click("#confirm-close").await;
    window.find("[data-testid='meeting-closed']").await;
    window.picture("meeting-closed").await;
    window.menu("#menu-year").await;
    let figures = window.text("[data-testid='year-discussions']").await;
    assert!(figures.contains("1, of 1 patients"), "{figures}");
    window.picture("year").await;
    window.closes_clean().await;

    let board = support::opened(&data);
    let case = board.open_case(&case_id).unwrap().case;
    let decision = case.current_episode().and_then(|one| one.decision.as_ref());
    assert!(decision.is_some_and(|decision| decision.is_signed()));
    let closed = board.meeting(&meeting_id).unwrap().meeting.closed;
    assert_eq!(
        closed.map(|closed| closed.name).as_deref(),
        Some("Dr Rossi")
    );
    assert_eq!(board.audit_verify().unwrap().faults.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_study_given_at_the_start_is_shown_and_its_other_patient_is_said() {
    let Some(study) = shared("dicom/spine_study") else {
        return;
    };
    let (Some(_), Some(driver)) = (programs::window(), Driver::start()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let study = study.display().to_string();
    let window = driver.open(&["--data", &data, "--images", &study]).await;
    window.first_start().await;
    window.click("#new-case").await;
    window.enter("#family-name", FAMILY_NAME).await;
    window.enter("#patient-id", PATIENT_ID).await;
    window.click("#create-case").await;
    window.enter("#field-albumin", &format!("31{ENTER}")).await;
    let saved = "document.querySelector('[data-testid=revision]').textContent";
    window.until(&format!("return {saved} === '2';")).await;
    window.click("#tab-assessment").await;
    let blank_but_albumin = numbers(&window).await;
    assert!(
        blank_but_albumin.iter().all(|text| text.contains("of 100")),
        "{blank_but_albumin:?}"
    );
    window.click("#tab-images").await;
    window.click("[data-stack]").await;
    window.shows_an_image("stack").await;
    window.find("[data-testid='mismatch-banner']").await;
    window.closes_clean().await;
    assert_eq!(
        naming_the_patient(&[folder.path(), driver.home.path()]),
        Vec::<PathBuf>::new(),
        "the patient's identity was left behind"
    );
    let named = driver.home.path().join("named");
    std::fs::write(&named, format!("x{PATIENT_ID}x")).unwrap();
    assert_eq!(
        naming_the_patient(&[driver.home.path()]),
        [named],
        "the search finds"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disc_that_is_taken_out_is_said_and_the_window_goes_on() {
    let (Some(_), Some(driver)) = (programs::window(), Driver::start()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let window = driver.open(&["--data", &data.display().to_string()]).await;
    window.first_start().await;
    window.click("#open-demo").await;
    window.find("[data-testid='synthetic']").await;
    let [disc, away] = ["disc", "away"].map(|name| folder.path().join(name));
    std::fs::rename(data.join("demonstration/images"), &disc).unwrap();
    window.click("#tab-images").await;
    window
        .run("const field = document.querySelector('#images-path'); field.value = '';")
        .await;
    window
        .enter("#images-path", &disc.display().to_string())
        .await;
    window.click("#open-images").await;
    window.find("[data-stack]").await;
    std::fs::rename(&disc, &away).unwrap();
    window.click("[data-stack]").await;
    let failure = window.text("[data-testid='frame-failure']").await;
    assert!(failure.contains("no longer there"), "{failure}");
    window.picture("disc-taken-out").await;
    window.click("#tab-assessment").await;
    assert!(numbers(&window).await.iter().all(|text| !text.is_empty()));
    std::fs::rename(&away, &disc).unwrap();
    window.click("#tab-images").await;
    window.shows_an_image("stack").await;
    window.closes_clean().await;
}

/// Everything that a script could try, towards a door of this machine that counts who knocks.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_reaches_nothing_outside_and_cannot_be_left() {
    let (Some(_), Some(driver)) = (programs::window(), Driver::start()) else {
        return;
    };
    let outside = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    outside.set_nonblocking(true).unwrap();
    let address = outside.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let window = driver.open(&["--data", &data]).await;
    window.find("#understood").await;
    let home = window.run("return location.href;").await;
    window
        .run(&format!(
            "const outside = 'http://{address}/';\
             const add = (name, attributes) => document.body.append(\
               Object.assign(document.createElement(name), attributes));\
             window.settled = false;\
             fetch(outside).catch(() => 0).finally(() => {{ window.settled = true; }});\
             add('img', {{ src: outside + 'a.png' }});\
             add('script', {{ src: outside + 'a.js' }});\
             add('link', {{ rel: 'stylesheet', href: outside + 'a.css' }});\
             add('iframe', {{ src: outside }});\
             add('object', {{ data: outside + 'a.pdf' }});\
             add('base', {{ href: outside }});\
             try {{ new WebSocket('ws://{address}/'); }} catch {{ }}\
             navigator.sendBeacon(outside, 'x');\
             add('form', {{ action: outside, method: 'post', id: 'outwards' }});\
             document.querySelector('#outwards').submit();\
             add('a', {{ href: outside, target: '_blank', id: 'outside' }});\
             document.querySelector('#outside').click();\
             window.open(outside);"
        ))
        .await;
    for directive in [
        "connect-src",
        "img-src",
        "script-src",
        "style-src",
        "form-action",
    ] {
        window
            .until(&format!(
                "return window.settled && window.policyViolations.some((each) => each.startsWith('{directive}'));"
            ))
            .await;
    }
    window
        .run(&format!(
            "location.href = 'http://{address}/'; return true;"
        ))
        .await;
    // Rust answers a question that was asked after the attempt to leave.
    window
        .run("window.asked = false; window.__TAURI_INTERNALS__.invoke('status').then(() => { window.asked = true; });")
        .await;
    window.until("return window.asked;").await;
    assert_eq!(window.run("return location.href;").await, home);
    assert_eq!(
        window.run("return typeof RTCPeerConnection;").await,
        json!("undefined"),
        "a way past the policy"
    );
    assert!(outside.accept().is_err(), "the page reached the outside");
    drop(std::net::TcpStream::connect(address).unwrap());
    assert!(outside.accept().is_ok(), "the door counts who knocks");

    window.run("window.policyViolations = [];").await;
    window.closes_clean().await;
}

/// Without a driver: from the start until the web view has its network process and has asked for the
/// page.
#[tokio::test(flavor = "multi_thread")]
async fn the_window_by_itself_has_no_way_to_a_network() {
    let folder = tempfile::tempdir().unwrap();
    let (Some(program), Some(trace)) = (programs::window(), Trace::into(folder.path())) else {
        return;
    };
    let data = folder.path().join("data");
    let mut process = trace
        .command(&program)
        .arg("--data")
        .arg(&data)
        .env("HOME", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let monitored = support::until(PATIENCE, || async {
        trace.log().contains("NETLINK_ROUTE").then_some(())
    })
    .await;
    let seen = trace.foreign(of_the_web_view);
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(monitored.is_some(), "the network process was not seen");
    assert_eq!(seen, Vec::<String>::new());
}

/// Both windows. A driver gives orders to the first one only; the second one answers it with the pages that it laid out of what was
/// presented.
#[tokio::test(flavor = "multi_thread")]
async fn the_shared_screen_lays_out_what_the_first_window_presents() {
    let (Some(_), Some(driver)) = (programs::window(), Driver::start()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let window = driver.open(&["--data", &data]).await;
    window.first_start().await;
    window.click("#open-demo").await;
    window.click("#tab-assessment").await;
    let pages = "(document.querySelector('[data-testid=shared-pages]')?.textContent ?? '').match(/^(\\d+) of (\\d+)$/)";
    for opened in ["first", "once more"] {
        window.click("#share").await;
        window.click("#share-pathway").await;
        window
            .until(&format!(
                "const said = {pages}; return said?.[1] === '1' && Number(said[2]) > 1;"
            ))
            .await;
        window.click("#page-down").await;
        window.until(&format!("return {pages}?.[1] === '2';")).await;
        window.picture(&format!("presenting-{opened}")).await;
        window.click("#stop-sharing").await;
        window
            .until("return document.querySelector('[data-testid=presenter]') === null;")
            .await;
    }

    // A key image and the picture of the active pane: a page each.
    window.click("#share").await;
    window.click("#tab-images").await;
    window
        .run("const field = document.querySelector('#images-path'); field.value = '';")
        .await;
    let images = folder.path().join("data/demonstration/images");
    window
        .enter("#images-path", &images.display().to_string())
        .await;
    window.click("#open-images").await;
    window.click("[data-stack]").await;
    window.shows_an_image("stack").await;
    window
        .run("document.querySelector('[data-pane=stack]').focus();")
        .await;
    let pane = window.find("[data-pane='stack']").await;
    pane.send_keys("k").await.unwrap();
    window.find("[data-testid='key-image-marked']").await;
    window
        .until("return document.querySelector('#show-picture').disabled === false;")
        .await;
    window.click("#show-picture").await;
    window.find("#share-images[aria-pressed='true']").await;
    window
        .until(&format!("return {pages}?.[1] === '1' && {pages}?.[2] > 1;"))
        .await;
    window.picture("presenting-a-picture").await;
    window.closes_clean().await;
}
