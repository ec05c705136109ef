//! Closed by default: what the window may load and ask for, and what is linked into the programs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use support::repository;

/// Sources by directive of the content security policy (CSP level 3, section 6). Scripts and styles
/// come from the application alone; pictures also from bytes the application made itself; `ipc:` and
/// `ipc.localhost` are Tauri's door to Rust inside the process.
const POLICY: [(&str, &str); 12] = [
    ("default-src", "'none'"),
    ("script-src", "'self'"),
    ("worker-src", "'self'"),
    ("style-src", "'self'"),
    ("font-src", "'self'"),
    ("img-src", "'self' data: blob:"),
    ("connect-src", "'self' ipc: http://ipc.localhost"),
    ("object-src", "'none'"),
    ("frame-src", "'none'"),
    ("base-uri", "'none'"),
    ("form-action", "'none'"),
    ("frame-ancestors", "'none'"),
];

/// Listening to the shell's events. Our own commands need no entry for a local window.
const PERMISSIONS: [&str; 2] = ["core:event:allow-listen", "core:event:allow-unlisten"];

fn json(path: &str) -> Value {
    let text = std::fs::read_to_string(repository().join(path)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_policy_of_the_window_is_this_one() {
    let configuration = json("tauri.conf.json");
    let policy = configuration["app"]["security"]["csp"].as_str().unwrap();
    let written: BTreeMap<&str, &str> = policy
        .split(';')
        .map(|directive| directive.trim().split_once(' ').unwrap())
        .collect();
    assert_eq!(written, BTreeMap::from(POLICY));
    assert_eq!(policy.split(';').count(), POLICY.len(), "one line for each");
}

#[test]
fn the_window_may_do_this_and_no_more() {
    let folder = repository().join("src-tauri/capabilities");
    let files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(files, ["main.json"]);
    let capability = json("src-tauri/capabilities/main.json");
    assert_eq!(capability["windows"], serde_json::json!(["main", "shared"]));
    assert_eq!(capability["permissions"], serde_json::json!(PERMISSIONS));
    let keys: BTreeSet<&str> = capability
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert!(
        keys.is_subset(&BTreeSet::from([
            "$schema",
            "identifier",
            "description",
            "windows",
            "permissions"
        ])),
        "no remote address, no other web view: {keys:?}"
    );

    let configuration = json("tauri.conf.json");
    let app = &configuration["app"];
    assert_eq!(app["withGlobalTauri"], Value::Bool(false));
    assert_eq!(app["windows"], serde_json::json!([]));
    let security: Vec<&String> = app["security"].as_object().unwrap().keys().collect();
    assert_eq!(security, ["csp"], "nothing dangerous, no asset protocol");
    assert!(configuration.get("plugins").is_none(), "no updater");
}

/// Everything linked into a program as it is shipped, with the features of each crate: no test,
/// build or development crate. On this system; `deny.toml` holds the list for the others.
fn linked_into(program: &str, edges: &str) -> BTreeMap<String, BTreeSet<String>> {
    let tree = std::process::Command::new(env!("CARGO"))
        .current_dir(repository())
        .args(["tree", "--offline", "--locked", "--package", program])
        .args(["--edges", edges, "--prefix", "none", "--format", "{p}|{f}"])
        .output()
        .unwrap();
    assert!(
        tree.status.success(),
        "{}",
        String::from_utf8_lossy(&tree.stderr)
    );
    let mut linked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8(tree.stdout).unwrap().lines() {
        let (package, features) = line.split_once('|').unwrap();
        let name = package.split(' ').next().unwrap().to_owned();
        let features = features.trim_end_matches(" (*)").split(',');
        let features = features.filter(|feature| !feature.is_empty());
        linked
            .entry(name)
            .or_default()
            .extend(features.map(str::to_owned));
    }
    linked
}

/// Crates that can open a socket by themselves, or are made for those that do. Matched as a whole
/// name or as the part before a hyphen or underscore.
const SPEAK: [&str; 31] = [
    "actix",
    "async-io",
    "async-net",
    "attohttpc",
    "curl",
    "h2",
    "h3",
    "hickory",
    "hyper",
    "isahc",
    "libp2p",
    "mio",
    "native-tls",
    "nng",
    "polling",
    "quinn",
    "reqwest",
    "rustls",
    "rusoto",
    "sentry",
    "socket2",
    "soup3",
    "surf",
    "tokio-tungstenite",
    "tonic",
    "tungstenite",
    "ureq",
    "warp",
    "websocket",
    "zbus",
    "zmq",
];

const KEYCHAIN: &str = "asks the keychain over D-Bus, by a socket of this machine alone";
const WEB_VIEW: &str = "types of the web view's own library, which is there anyway";
/// Which of those are there all the same, and why they stay silent.
const SILENT: [(&str, &str); 6] = [
    ("async-io", KEYCHAIN),
    ("polling", KEYCHAIN),
    ("zbus", KEYCHAIN),
    ("zbus-secret-service-keyring-store", KEYCHAIN),
    ("zbus_macros", KEYCHAIN),
    ("zbus_names", KEYCHAIN),
];
const SILENT_IN_THE_WINDOW: [(&str, &str); 2] = [("soup3", WEB_VIEW), ("soup3-sys", WEB_VIEW)];

fn speakers(program: &str, edges: &str) -> BTreeSet<String> {
    linked_into(program, edges)
        .into_keys()
        .filter(|name| {
            SPEAK.iter().any(|known| {
                name.strip_prefix(known)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
            })
        })
        .collect()
}

#[test]
fn nothing_that_speaks_to_a_network_is_linked_in() {
    let window = [SILENT.as_slice(), &SILENT_IN_THE_WINDOW].concat();
    for (program, silent) in [("spineboard-desktop", window.as_slice()), ("cli", &SILENT)] {
        let allowed = silent.iter().map(|(name, _)| (*name).to_owned()).collect();
        let found = speakers(program, "normal");
        assert_eq!(found, allowed, "what {program} links, and what it may");
        let tokio = linked_into(program, "normal")
            .remove("tokio")
            .unwrap_or_default();
        assert!(!tokio.contains("net"), "{program}: tokio without sockets");
    }
    // The browser driver of the tests does speak: the search can find something.
    assert!(speakers("spineboard-tests", "normal,dev").contains("hyper"));
}

#[test]
fn the_developer_tools_stay_out_of_a_release() {
    let linked = linked_into("spineboard-desktop", "normal");
    for name in ["tauri", "tauri-runtime-wry", "wry"] {
        for unwanted in ["devtools", "protocol-asset", "isolation", "tray-icon"] {
            assert!(!linked[name].contains(unwanted), "{name} has {unwanted}");
        }
    }
    let shell = std::fs::read_to_string(repository().join("src-tauri/src/lib.rs")).unwrap();
    assert!(shell.contains(".devtools(cfg!(debug_assertions))"));
}
