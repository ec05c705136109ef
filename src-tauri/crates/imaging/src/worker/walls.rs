//! What a worker takes from itself before it opens a file, so that a file that takes it over gains
//! nothing: memory, core dumps, writing, and on Linux the network, other programs and processes.
//!
//! | Wall | Where |
//! |---|---|
//! | memory ([`MEMORY_LIMIT`]) | Linux, Android, FreeBSD: counts every private writable page. macOS counts only the old heap, Windows has no such call: there the limits on what a file may ask for stand alone (frames of 512 MB, headers of 64 MB) |
//! | no core dump, no byte into a regular file | every Unix |
//! | files can only be read, no sockets, no signals to others (Landlock) | Linux 5.13 and later, in part; network from 6.7 |
//! | no sockets, programs, processes, tracing, changes of files (seccomp) | Linux on x86-64 and ARM64 |
//!
//! A worker without its memory limit does not start where the system has one. The others are best
//! effort: an old kernel or a container without them still shows images.

use std::io;

/// Together with code, libraries and stacks, which do not count, a worker stays below 1 GB.
#[cfg(unix)]
const MEMORY_LIMIT: u64 = 896 << 20;

#[cfg(not(unix))]
pub(super) fn raise() -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
pub(super) fn raise() -> io::Result<()> {
    use rlimit::Resource;
    Resource::DATA.set(MEMORY_LIMIT, MEMORY_LIMIT)?;
    // A core dump would hold a patient's images.
    Resource::CORE.set(0, 0)?;
    Resource::FSIZE.set(0, 0)?;
    #[cfg(target_os = "linux")]
    linux::confine();
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
        Scope, path_beneath_rules,
    };

    /// Each wall stands by itself: where one is missing the other is still raised.
    pub(super) fn confine() {
        let _ = read_only();
        #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
        let _ = system_calls();
    }

    fn read_only() -> Result<(), RulesetError> {
        let reading = AccessFs::ReadFile | AccessFs::ReadDir;
        Ruleset::default()
            .handle_access(AccessFs::from_all(ABI::V5))?
            .handle_access(AccessNet::from_all(ABI::V4))?
            .scope(Scope::from_all(ABI::V6))?
            .create()?
            .add_rules(path_beneath_rules(["/"], reading))?
            .restrict_self()?;
        Ok(())
    }

    /// Refused with EPERM.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    const REFUSED: &[libc::c_long] = &[
        // the network and other processes' sockets
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        // other programs and processes
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_kill,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
        // ways around this list and into the kernel
        libc::SYS_io_uring_setup,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_add_key,
        libc::SYS_keyctl,
        libc::SYS_mount,
        libc::SYS_unshare,
        libc::SYS_setns,
        // changes of files
        libc::SYS_unlinkat,
        libc::SYS_renameat2,
        libc::SYS_mkdirat,
        libc::SYS_mknodat,
        libc::SYS_linkat,
        libc::SYS_symlinkat,
        libc::SYS_truncate,
        libc::SYS_ftruncate,
        libc::SYS_fchmodat,
        libc::SYS_fchownat,
        libc::SYS_setxattr,
    ];

    /// The old forms of the same, which ARM64 does not have.
    #[cfg(target_arch = "x86_64")]
    const REFUSED_OLD: &[libc::c_long] = &[
        libc::SYS_fork,
        libc::SYS_vfork,
        libc::SYS_creat,
        libc::SYS_unlink,
        libc::SYS_rmdir,
        libc::SYS_rename,
        libc::SYS_renameat,
        libc::SYS_mkdir,
        libc::SYS_mknod,
        libc::SYS_link,
        libc::SYS_symlink,
        libc::SYS_chmod,
        libc::SYS_chown,
    ];
    #[cfg(target_arch = "aarch64")]
    const REFUSED_OLD: &[libc::c_long] = &[libc::SYS_renameat];

    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn system_calls() -> Result<(), seccompiler::Error> {
        use seccompiler::{
            SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq, SeccompCondition, SeccompRule,
        };
        let refused = REFUSED.iter().chain(REFUSED_OLD);
        let mut rules: Rules = refused.map(|call| (*call, Vec::new())).collect();
        // Threads stay allowed: decoders and the reader of requests need them. Another process
        // would outlive its worker and keep the pipes open.
        let thread = libc::CLONE_THREAD as u64;
        let process = SeccompCondition::new(0, Dword, MaskedEq(thread), 0)?;
        rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![process])?]);
        refuse(rules, libc::EPERM)?;
        // Its flags cannot be seen from here; libraries then use the older call.
        refuse(Rules::from([(libc::SYS_clone3, Vec::new())]), libc::ENOSYS)
    }

    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    type Rules = std::collections::BTreeMap<i64, Vec<seccompiler::SeccompRule>>;

    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn refuse(rules: Rules, answer: i32) -> Result<(), seccompiler::Error> {
        use seccompiler::{SeccompAction, SeccompFilter, TargetArch};
        let filter = SeccompFilter::new(
            rules,
            SeccompAction::Allow,
            SeccompAction::Errno(answer as u32),
            TargetArch::try_from(std::env::consts::ARCH)?,
        )?;
        let program: seccompiler::BpfProgram = filter.try_into()?;
        seccompiler::apply_filter(&program)
    }
}

#[cfg(all(
    test,
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::{
        fs::{self, File},
        io::Write,
        net::{TcpStream, UdpSocket},
        path::Path,
        process::Command,
    };

    const INSIDE: &str = "SPINEBOARD_TEST_BEHIND_WALLS";
    const NAME: &str =
        "worker::walls::tests::a_worker_can_neither_write_nor_connect_nor_start_programs";

    /// What succeeds behind the walls and must not.
    fn escapes(folder: &Path) -> Vec<&'static str> {
        let file = folder.join("file");
        assert_eq!(fs::read(&file).unwrap(), b"kept", "reading is allowed");
        let written = || File::create(folder.join("new")).and_then(|mut new| new.write_all(b"x"));
        [
            ("write a file", written().is_ok()),
            ("change a file", fs::write(&file, "lost").is_ok()),
            ("remove a file", fs::remove_file(&file).is_ok()),
            (
                "rename a file",
                fs::rename(&file, folder.join("other")).is_ok(),
            ),
            (
                "make a folder",
                fs::create_dir(folder.join("folder")).is_ok(),
            ),
            (
                "connect",
                TcpStream::connect("127.0.0.1:9").is_err_and(is_allowed),
            ),
            (
                "open a datagram socket",
                UdpSocket::bind("127.0.0.1:0").is_ok(),
            ),
            (
                "start a program",
                Command::new("/bin/true").status().is_ok(),
            ),
        ]
        .into_iter()
        .filter_map(|(what, happened)| happened.then_some(what))
        .collect()
    }

    /// A refused connection was at least tried.
    fn is_allowed(error: io::Error) -> bool {
        error.kind() != io::ErrorKind::PermissionDenied
    }

    #[test]
    fn a_worker_can_neither_write_nor_connect_nor_start_programs() {
        if let Some(folder) = std::env::var_os(INSIDE) {
            raise().unwrap();
            assert_eq!(escapes(folder.as_ref()), [""; 0]);
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "kept").unwrap();
        let outcome = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture", "--test-threads=1"])
            .env(INSIDE, folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&outcome.stdout);
        assert!(
            said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&outcome.stderr)
        );
        assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"kept");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
