//! Workers that hang, die, eat memory or lie: each costs its file only, and none is left behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

use imaging::{Continue, FrameCache, ImageRef, ImagingError, Reason, WorkerCommand, Workers, scan};
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

mod dicom;
mod processes;
mod shared;

use dicom::{Dataset, image_of};
use processes::{Watched, alone, children, is_ended, pipe_at, signal, until, waiting_child_of};

fn workers(seconds: u64) -> Workers {
    Workers::with_time_limit(shared::command(), Duration::from_secs(seconds))
}

fn small(folder: &Path, name: &str) -> ImageRef {
    let path = folder.join(name);
    fs::write(&path, Dataset::ct(2, 2, 1).bytes(&[1, 0, 2, 0, 3, 0, 4, 0])).unwrap();
    image_of(&path, 1)
}

fn pipe(folder: &Path) -> ImageRef {
    let path = folder.join("pipe");
    pipe_at(&path);
    image_of(&path, 1)
}

/// Red, green and blue planes of half a gigabyte that have to be rearranged: twice the size.
fn greedy(folder: &Path) -> ImageRef {
    let path = folder.join("greedy");
    let (side, samples) = (13_000_u16, 3_u16);
    let length = u32::from(side) * u32::from(side) * u32::from(samples);
    let file = File::create(&path).unwrap();
    let mut opening = Dataset::ct(side, side, 1);
    opening.colour_planes();
    let header = opening.opening(length);
    (&file).write_all(&header).unwrap();
    file.set_len(header.len() as u64 + u64::from(length))
        .unwrap();
    image_of(&path, 1)
}

fn reason(error: ImagingError) -> Reason {
    match error {
        ImagingError::Image(refusal) => refusal.reason,
        other => panic!("{other}"),
    }
}

fn values(workers: &Workers, image: &ImageRef) -> Vec<f64> {
    workers.frame(image).unwrap().values().collect()
}

#[test]
fn a_file_that_hangs_is_named_and_the_next_one_is_read() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let workers = workers(1);
    let image = small(folder.path(), "image");
    assert_eq!(values(&workers, &image), [1.0, 2.0, 3.0, 4.0]);
    let asked = Instant::now();
    let error = workers.frame(&pipe(folder.path())).unwrap_err();
    assert!(asked.elapsed() >= Duration::from_secs(1));
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(reason(error), Reason::TimedOut);
    assert_eq!(values(&workers, &image), [1.0, 2.0, 3.0, 4.0]);
}

/// JPEG-LS, near-lossless, of 45 rows of 10 values: found by fuzzing. The decoder counts on for
/// billions of steps over a few bytes.
const ENDLESS: [u8; 56] = [
    0xff, 0xd8, 0xff, 0xf7, 0x00, 0x0b, 0x08, 0x00, 0x2d, 0x00, 0x0a, 0x01, 0x01, 0x11, 0x00, 0xff,
    0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x02, 0x00, 0x00, 0x57, 0xfd, 0xff, 0x7f, 0x00, 0x23, 0x00,
    0x71, 0xff, 0x7f, 0xe0, 0xb7, 0xff, 0x7c, 0x1c, 0xe0, 0xb7, 0xff, 0x2f, 0xfb, 0xe0, 0x00, 0x23,
    0x00, 0x71, 0xff, 0x7f, 0xe0, 0xb7, 0xff, 0x7c,
];

#[test]
fn a_codestream_that_holds_its_decoder_up_is_named_and_the_next_one_is_read() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let mut dataset = Dataset::ct(45, 10, 1);
    dataset.eight_bits();
    dataset.syntax("1.2.840.10008.1.2.4.81");
    let path = folder.path().join("endless");
    let item = |value: &[u8]| {
        let length = (value.len() as u32).to_le_bytes();
        [&[0xfe, 0xff, 0x00, 0xe0], &length[..], value].concat()
    };
    let end = [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0];
    let file = [
        &dataset.opening(u32::MAX),
        &item(&[]),
        &item(&ENDLESS),
        &end[..],
    ]
    .concat();
    fs::write(&path, file).unwrap();
    // A processor of four gigahertz needs longer for the count.
    let workers = workers(1);
    let image = small(folder.path(), "image");
    assert_eq!(values(&workers, &image), [1.0, 2.0, 3.0, 4.0]);
    let error = workers.frame(&image_of(&path, 1)).unwrap_err();
    assert_eq!(reason(error), Reason::TimedOut);
    assert_eq!(values(&workers, &image), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn a_file_that_eats_memory_is_named_and_the_next_one_is_read() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let workers = workers(60);
    let image = small(folder.path(), "image");
    let greedy = greedy(folder.path());
    assert_eq!(values(&workers, &image), [1.0, 2.0, 3.0, 4.0]);
    let watched = Watched::start();
    let error = workers.frame(&greedy).unwrap_err();
    assert_eq!(reason(error), Reason::OutOfMemory);
    let peak = watched.peak();
    assert!(peak > 400 << 20, "the file was not read: {peak} bytes");
    assert!(peak < 1 << 30, "{peak} bytes");
    assert_eq!(values(&workers, &image), [1.0, 2.0, 3.0, 4.0]);
}

/// Ends the worker with a signal while it waits for a file.
fn killed_while_reading(image: &ImageRef, name: &str) -> ImagingError {
    let workers = workers(60);
    thread::scope(|scope| {
        let asking = scope.spawn(|| workers.frame(image).unwrap_err());
        signal(waiting_child_of(std::process::id()), name);
        asking.join().unwrap()
    })
}

#[test]
fn a_worker_that_dies_is_named_and_replaced() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let image = pipe(folder.path());
    for name in ["KILL", "ABRT"] {
        let error = killed_while_reading(&image, name);
        let said = error.to_string();
        assert!(said.contains("started anew"), "{said}");
        assert_eq!(reason(error), Reason::DecoderCrashed);
    }
}

/// What an earlier file did to a worker is not laid at the door of the next.
#[test]
fn a_worker_that_was_killed_between_files_costs_none() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let workers = workers(10);
    let image = small(folder.path(), "image");
    assert_eq!(values(&workers, &image), [1.0, 2.0, 3.0, 4.0]);
    let started = children();
    assert_eq!(started.len(), 1);
    signal(started[0], "KILL");
    until(|| is_ended(started[0]).then_some(()));
    assert_eq!(values(&workers, &image), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn a_scan_names_the_file_that_hangs_and_reads_all_others() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    for number in 0..40 {
        let path = folder.path().join(format!("{number:02}"));
        let mut image = Dataset::ct(2, 2, 1);
        image.instance(&format!("2.25.{number}"));
        fs::write(path, image.bytes(&[0; 8])).unwrap();
    }
    let hanging = folder.path().join("20");
    let workers = workers(1);
    // A report comes when this folder is listed, after the files beside it and before any is read: a
    // pipe takes the place of a file then.
    fs::create_dir(folder.path().join("empty")).unwrap();
    let mut exchanged = false;
    let library = scan(folder.path(), &workers, &mut |progress| {
        if progress.found == 40 && !exchanged {
            exchanged = true;
            pipe_at(&hanging);
        }
        Continue::Yes
    })
    .unwrap();
    let images: usize = library
        .stacks()
        .map(|(_, _, stack)| stack.images.len())
        .sum();
    assert_eq!(images, 39);
    let named: Vec<_> = library
        .rejected
        .iter()
        .map(|file| (file.path.clone(), file.reason))
        .collect();
    assert_eq!(named, [(hanging, Reason::TimedOut)]);
}

#[test]
fn a_scan_ends_within_a_second_while_a_worker_is_busy_with_one_file() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let hanging = folder.path().join("a");
    small(folder.path(), "a");
    fs::create_dir(folder.path().join("empty")).unwrap();
    let workers = workers(60);
    let mut reports = 0;
    let mut cancelled = Instant::now();
    let outcome = scan(folder.path(), &workers, &mut |progress| {
        reports += u32::from(progress.found == 1);
        if reports == 1 {
            pipe_at(&hanging);
        }
        cancelled = Instant::now();
        if reports == 10 {
            Continue::No
        } else {
            Continue::Yes
        }
    });
    assert!(
        matches!(outcome, Err(ImagingError::Cancelled)),
        "{outcome:?}"
    );
    assert!(
        cancelled.elapsed() < Duration::from_secs(1),
        "{:?}",
        cancelled.elapsed()
    );
}

#[test]
fn a_frame_that_killed_its_worker_is_not_tried_again() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let cache = FrameCache::new(Arc::new(workers(1)), 1 << 20);
    let image = pipe(folder.path());
    assert_eq!(reason(cache.frame(&image).unwrap_err()), Reason::TimedOut);
    let asked = Instant::now();
    assert_eq!(reason(cache.frame(&image).unwrap_err()), Reason::TimedOut);
    assert!(
        asked.elapsed() < Duration::from_millis(900),
        "{:?}",
        asked.elapsed()
    );
}

/// Programs that are no worker: none there, one that ends, one that is silent, one that never stops.
#[test]
fn a_worker_that_cannot_be_started_is_an_error_and_never_replaced_by_this_process() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let image = small(folder.path(), "image");
    let programs: [(&str, &[&str]); 5] = [
        ("/nowhere/at/all", &[]),
        ("/bin/true", &[]),
        ("/bin/sleep", &["100"]),
        ("/usr/bin/yes", &[]),
        ("/bin/cat", &["/dev/urandom"]),
    ];
    for (program, arguments) in programs {
        let command = WorkerCommand {
            program: PathBuf::from(program),
            arguments: arguments.iter().map(Into::into).collect(),
        };
        let workers = Workers::with_time_limit(command, Duration::from_millis(500));
        let error = workers.frame(&image).unwrap_err();
        assert!(
            matches!(error, ImagingError::Worker(_)),
            "{program}: {error}"
        );
        assert!(
            error.to_string().contains("start the program again"),
            "{error}"
        );
        let outcome = scan(folder.path(), &workers, &mut |_| Continue::Yes);
        assert!(
            matches!(outcome, Err(ImagingError::Worker(_))),
            "{program}: {outcome:?}"
        );
    }
}

/// Says that it is ready, then answers each request with a message that claims 512 MB.
#[test]
fn a_worker_that_lies_is_ended() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let image = small(folder.path(), "image");
    // lengths of head and body, then the head: Ready { version: 3 }
    let ready = r"\002\000\000\000\000\000\000\000\000\003";
    for lie in [
        r"\002\000\000\000\000\000\000\040\002\000",
        r"\377\377\377\377\377\377\377\377",
        r"\002\000\000\000\000\000\000\000\000\002",
        r"\001\000\000\000\000\000\000\000\011",
    ] {
        let script =
            format!("printf '{ready}'; head -c 12 >/dev/null; printf '{lie}'; exec sleep 60");
        let command = WorkerCommand {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
        };
        let workers = Workers::with_time_limit(command, Duration::from_secs(2));
        let reason = reason(workers.frame(&image).unwrap_err());
        assert!(
            matches!(reason, Reason::DecoderCrashed | Reason::TimedOut),
            "{lie}: {reason:?}"
        );
    }
}

#[test]
fn a_worker_has_no_environment_no_handles_and_its_limits() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let image = pipe(folder.path());
    let kept = folder.path().join("database");
    let _open = File::create(&kept).unwrap();
    let workers = workers(2);
    thread::scope(|scope| {
        let asking = scope.spawn(|| workers.frame(&image));
        let child = waiting_child_of(std::process::id());
        let of = |name: &str| fs::read(format!("/proc/{child}/{name}")).unwrap();
        let environment = String::from_utf8(of("environ")).unwrap();
        let names: Vec<&str> = environment
            .split_terminator('\0')
            .filter_map(|pair| pair.split_once('=').map(|(name, _)| name))
            .filter(|name| *name != "LD_LIBRARY_PATH")
            .collect();
        assert_eq!(
            names,
            [
                "MALLOC_MMAP_THRESHOLD_",
                "MALLOC_TRIM_THRESHOLD_",
                "RAYON_NUM_THREADS"
            ]
        );
        assert_eq!(
            fs::read_link(format!("/proc/{child}/cwd")).unwrap(),
            Path::new("/")
        );
        let handles: Vec<PathBuf> = fs::read_dir(format!("/proc/{child}/fd"))
            .unwrap()
            .map(|entry| fs::read_link(entry.unwrap().path()).unwrap())
            .collect();
        assert!(handles.len() >= 3);
        assert!(!handles.contains(&kept), "{handles:?}");
        let limits = String::from_utf8(of("limits")).unwrap();
        let limit = |name: &str| {
            let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
            line[name.len()..]
                .split_whitespace()
                .next()
                .unwrap()
                .to_owned()
        };
        assert_eq!(limit("Max data size"), (896 << 20).to_string());
        assert_eq!(limit("Max core file size"), "0");
        assert_eq!(limit("Max file size"), "0");
        let status = String::from_utf8(of("status")).unwrap();
        let seccomp = status
            .lines()
            .find(|line| line.starts_with("Seccomp:"))
            .unwrap();
        assert_eq!(seccomp.split_whitespace().last(), Some("2"), "filtered");
        assert!(status.contains("NoNewPrivs:\t1"));
        assert_eq!(
            reason(asking.join().unwrap().unwrap_err()),
            Reason::TimedOut
        );
    });
}

#[test]
fn workers_end_with_their_parent_and_when_they_are_dropped() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let image = small(folder.path(), "image");
    let workers = workers(10);
    assert_eq!(values(&workers, &image), [1.0, 2.0, 3.0, 4.0]);
    let started = children();
    assert_eq!(started.len(), 1);
    drop(workers);
    assert!(is_ended(started[0]));

    // The parent dies while its worker waits for a file that never comes.
    let image = pipe(folder.path());
    let mut parent = Command::new(env!("CARGO_BIN_EXE_imaging-worker"))
        .args([Path::new("frame-of"), &image.path])
        .spawn()
        .unwrap();
    let orphan = waiting_child_of(parent.id());
    parent.kill().unwrap();
    parent.wait().unwrap();
    until(|| is_ended(orphan).then_some(()));
}
