//! How the web view puts its page together (Linux).
//!
//! Where there is no graphics processor, WebKit lets one be imitated and hands whole pages through it: measured
//! under Xvfb on two cores, each change of the page takes 70 ms, as against one frame of 16 ms without. A window under a
//! driver stays as it is: the first click of a driver into a page that is put together without waits for ever.

use tauri::WebviewWindow;
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};

/// Asks for the way that suits this computer.
pub(crate) fn suit(window: &WebviewWindow) -> tauri::Result<()> {
    if has_graphics_processor() {
        return Ok(());
    }
    window.with_webview(|view| {
        if let Some(settings) = view.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

/// The kernel names a node for each processor that renders; Mesa's own switch says not to use it.
fn has_graphics_processor() -> bool {
    let is_imitated = std::env::var_os("LIBGL_ALWAYS_SOFTWARE").is_some();
    let nodes = std::fs::read_dir("/dev/dri")
        .into_iter()
        .flatten()
        .flatten();
    let renders = |name: std::ffi::OsString| name.to_string_lossy().starts_with("renderD");
    !is_imitated && nodes.map(|node| node.file_name()).any(renders)
}
