//! The free PDF tools that judge a report from outside: qpdf and poppler.

use std::{
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// A report on disk. Set `SPINEBOARD_KEEP_REPORTS` to a folder to look at them afterwards.
pub(crate) struct Written {
    path: PathBuf,
    _folder: TempDir,
}

pub(crate) fn written(name: &str, pdf: &[u8]) -> Written {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, pdf).unwrap();
    if let Some(kept) = std::env::var_os("SPINEBOARD_KEEP_REPORTS") {
        std::fs::write(Path::new(&kept).join(name), pdf).unwrap();
    }
    Written {
        path,
        _folder: folder,
    }
}

impl Written {
    /// Text in reading order, lines joined, or none (said loudly) without pdftotext.
    pub(crate) fn text(&self, arguments: &[&str]) -> Option<String> {
        let output = run(
            "pdftotext",
            arguments,
            &[self.path.as_os_str(), "-".as_ref()],
        )?;
        let text = String::from_utf8(output).unwrap();
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// What pdftotext prints, untouched.
    pub(crate) fn raw(&self, arguments: &[&str]) -> Option<String> {
        let output = run(
            "pdftotext",
            arguments,
            &[self.path.as_os_str(), "-".as_ref()],
        )?;
        Some(String::from_utf8(output).unwrap())
    }

    /// Fails when qpdf finds a fault.
    pub(crate) fn assert_valid(&self) {
        run("qpdf", &["--check"], &[self.path.as_os_str()]);
    }

    /// The file with all streams unpacked.
    pub(crate) fn unpacked(&self) -> Option<Vec<u8>> {
        let arguments = [
            "--qdf",
            "--object-streams=disable",
            "--stream-data=uncompress",
        ];
        run("qpdf", &arguments, &[self.path.as_os_str(), "-".as_ref()])
    }

    pub(crate) fn information(&self) -> Option<String> {
        let output = run("pdfinfo", &[], &[self.path.as_os_str()])?;
        Some(String::from_utf8(output).unwrap())
    }

    pub(crate) fn fonts(&self) -> Option<String> {
        let output = run("pdffonts", &[], &[self.path.as_os_str()])?;
        Some(String::from_utf8(output).unwrap())
    }

    /// A page as poppler renders it, in the binary form of PPM.
    pub(crate) fn picture(&self, page: usize, resolution: &str) -> Option<Vec<u8>> {
        let page = page.to_string();
        let arguments = ["-r", resolution, "-f", page.as_str(), "-l", page.as_str()];
        run("pdftoppm", &arguments, &[self.path.as_os_str()])
    }

    pub(crate) fn pages(&self) -> Option<usize> {
        let information = self.information()?;
        let line = information
            .lines()
            .find(|line| line.starts_with("Pages:"))
            .unwrap();
        Some(line.trim_start_matches("Pages:").trim().parse().unwrap())
    }
}

fn run(tool: &str, arguments: &[&str], files: &[&std::ffi::OsStr]) -> Option<Vec<u8>> {
    match Command::new(tool).args(arguments).args(files).output() {
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{tool} {arguments:?}: {errors}");
            assert!(!errors.contains("WARNING"), "{tool}: {errors}");
            Some(output.stdout)
        }
        Err(_) => {
            eprintln!("SKIPPED: a check of the report needs {tool}");
            None
        }
    }
}
