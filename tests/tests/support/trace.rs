//! Watches the sockets of a program and of everything that it starts, by strace.

use super::programs;
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

/// Every way to a socket: the call itself, and the queue through which Linux takes calls unseen.
const CALLS: &str = "trace=socket,socketpair,connect,bind,listen,accept,accept4,io_uring_setup";

/// A log that strace writes.
pub struct Trace {
    strace: PathBuf,
    log: PathBuf,
}

impl Trace {
    /// None, with a remark, where strace is not installed.
    pub fn into(folder: &Path) -> Option<Trace> {
        Some(Trace {
            strace: programs::strace()?,
            log: folder.join("sockets.log"),
        })
    }

    fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = [
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-A",
            "-s",
            "200",
            "-e",
            CALLS,
            "-o",
        ]
        .map(OsString::from)
        .into();
        arguments.push(self.log.clone().into());
        arguments
    }

    /// The program under watch; arguments may be added.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(&self.strace);
        command.args(self.arguments()).arg(program);
        command
    }

    /// A script that runs the program under watch, for callers that take one path. The program keeps
    /// the script's process (`-D`), so that a caller who ends it does not end the watch alone.
    pub fn script(&self, program: &Path) -> PathBuf {
        let quoted = |word: &OsString| format!("'{}'", word.to_string_lossy());
        let mut words = vec![quoted(&self.strace.clone().into())];
        words.push("-D".to_owned());
        words.extend(self.arguments().iter().map(quoted));
        words.push(quoted(&program.as_os_str().to_owned()));
        let path = self.log.with_file_name("under-watch");
        std::fs::write(
            &path,
            format!("#!/bin/sh\nexec {} \"$@\"\n", words.join(" ")),
        )
        .unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        path
    }

    /// Every call so far that concerns more than this machine's own sockets (AF_UNIX), but for
    /// those that `excused` knows. Panics if not a single call was seen.
    pub fn foreign(&self, excused: impl Fn(&str) -> bool) -> Vec<String> {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        foreign(&log)
            .filter(|line| !excused(line))
            .map(str::to_owned)
            .collect()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// The calls of a log that are not about AF_UNIX. A connect or bind names its family in the address;
/// listen and accept name none and need a socket that was seen before.
fn foreign(log: &str) -> impl Iterator<Item = &str> {
    log.lines().filter(|line| {
        let local = line.contains("AF_UNIX") || line.contains("AF_LOCAL");
        let names_a_family = [
            "socket(",
            "socketpair(",
            "connect(",
            "bind(",
            "io_uring_setup(",
        ];
        names_a_family.iter().any(|call| line.contains(call)) && !local
    })
}
