//! Files from outside are read and decoded in child processes, so that a file that hangs, crashes
//! or fills the memory costs itself only.
//!
//! A worker is this executable with a hidden argument. It reads files and answers with plain values
//! through a pipe; the parent holds no decoder in use. A worker that has no answer within
//! [`TIME_LIMIT`] is ended, one that ended is replaced, and its file is named with the reason:
//! `timed_out`, `out_of_memory` or `decoder_crashed`. Where a worker had answered before, the file is
//! asked for once more in a fresh one, since an earlier file may have done the harm; then never
//! again. There is no way back to decoding in this process: a worker that cannot be started is an
//! error.
//!
//! Workers end when the parent drops [`Workers`], when it dies (their input ends), and after 30 s
//! without work. What a worker gives up before it opens a file stands in [`walls`].

mod child;
mod files;
pub(crate) mod fuzzing;
mod pool;
mod process;
mod protocol;
mod walls;

pub use child::serve_if_asked;
pub(crate) use files::FileQuestion;
pub use process::WorkerCommand;
pub(crate) use protocol::FileAnswer;

use crate::{
    library::ImageRef,
    pixels::Pixels,
    problem::{ImagingError, Refusal},
};
use pool::{Lease, Pool};
use process::Ending;
use protocol::{Answer, Request};
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

/// For one header or one frame. The largest frame of the shared test data takes less than a second
/// in a development build; a slow disc delivers a header or a frame in a few; beyond ten a person
/// believes that the program has stopped.
pub const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The door to the workers; starts them when they are needed. Shared between threads.
pub struct Workers {
    pool: Pool,
    count: usize,
}

impl Workers {
    pub fn new(command: WorkerCommand) -> Workers {
        Workers::with_time_limit(command, TIME_LIMIT)
    }

    /// With another limit than [`TIME_LIMIT`].
    pub fn with_time_limit(command: WorkerCommand, time_limit: Duration) -> Workers {
        let cores = thread::available_parallelism().map_or(2, usize::from);
        let count = cores.clamp(2, 4);
        Workers {
            // One more than a scan uses, so that frames never wait for it.
            pool: Pool::new(command, time_limit, count + 1),
            count,
        }
    }

    /// Ends the workers that are not in use at the moment, with all that they hold.
    pub fn rest(&self) {
        self.pool.rest();
    }

    /// How many files or frames are worth asking for at the same time.
    pub fn count(&self) -> usize {
        self.count
    }

    /// One decoded frame.
    pub fn frame(&self, image: &ImageRef) -> Result<Pixels, ImagingError> {
        self.asked(&image.path, |lease, bytes| ask_frame(lease, image, bytes))
    }

    /// SHA-256, in hexadecimal, of the stored values of all frames of a file. The worker that
    /// decodes them adds them up, so that no pixel has to come here.
    pub fn pixel_hash(&self, path: &Path) -> Result<String, ImagingError> {
        let digest = self.asked(path, |lease, bytes| ask_hash(lease, path, bytes))?;
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The same of many files, in their order, with as many workers as a scan has.
    pub fn pixel_hashes(&self, paths: &[&PathBuf]) -> Vec<Result<String, ImagingError>> {
        let next = AtomicUsize::new(0);
        let mut found: Vec<(usize, Result<String, ImagingError>)> = thread::scope(|scope| {
            let work = || {
                let mut own = Vec::new();
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = paths.get(place) else {
                        return own;
                    };
                    own.push((place, self.pixel_hash(path)));
                }
            };
            let threads: Vec<_> = (0..self.count).map(|_| scope.spawn(work)).collect();
            let finished = threads.into_iter().filter_map(|thread| thread.join().ok());
            finished.flatten().collect()
        });
        found.sort_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, hashed)| hashed).collect()
    }

    /// Asks one worker about a file; once more where the first may have ended for another reason.
    fn asked<T>(
        &self,
        path: &Path,
        ask: impl Fn(&mut Lease, &[u8]) -> Result<Result<T, Refusal>, Ending>,
    ) -> Result<T, ImagingError> {
        let bytes = protocol::path_bytes(path)?;
        let mut retried = false;
        loop {
            let mut lease = self.pool.lease(Some(path), &|| false)?;
            let earlier = lease.answered();
            let ending = match ask(&mut lease, &bytes) {
                Ok(outcome) => return Ok(outcome?),
                Err(ending) => ending,
            };
            lease.discard();
            if may_be_innocent(&ending, earlier, retried) {
                retried |= ending != Ending::Stale;
                continue;
            }
            let refusal = ending.refusal(self.pool.time_limit);
            return Err(refusal.map_or(ImagingError::Cancelled, ImagingError::Image));
        }
    }
}

/// True where the worker may have ended for another reason than this file: it had ended before, or
/// an earlier file has spoilt it. A fresh worker tells, once.
fn may_be_innocent(ending: &Ending, earlier: u64, retried: bool) -> bool {
    match ending {
        Ending::Stale => earlier > 0,
        Ending::OutOfMemory | Ending::Crashed(_) => earlier > 0 && !retried,
        Ending::TimedOut | Ending::Cancelled => false,
    }
}

fn ask_frame(
    lease: &mut Lease,
    image: &ImageRef,
    bytes: &[u8],
) -> Result<Result<Pixels, Refusal>, Ending> {
    let frame = image.frame;
    lease.send(Request::Frame { frame }, bytes.to_vec(), 1)?;
    let (head, body) = match lease.receive(&|| false)? {
        (Answer::Frame(Ok(head)), body) => (head, body),
        (Answer::Frame(Err(refusal)), _) => return Ok(Err(refusal)),
        _ => return Err(senseless()),
    };
    let Some(found) = head.frame(body) else {
        return Err(senseless());
    };
    let path = image.path.as_path();
    lease.remember(if found.frames > 1 {
        path
    } else {
        Path::new("")
    });
    Ok(found.of(&image.sop_instance_uid))
}

/// Frame after frame, so that each has the time limit for itself.
fn ask_hash(
    lease: &mut Lease,
    path: &Path,
    bytes: &[u8],
) -> Result<Result<[u8; 32], Refusal>, Ending> {
    let mut frame = 1;
    loop {
        lease.send(Request::Hash { frame }, bytes.to_vec(), 1)?;
        let hash = match lease.receive(&|| false)? {
            (Answer::Hash(Ok(hash)), _) => hash,
            (Answer::Hash(Err(refusal)), _) => return Ok(Err(refusal)),
            _ => return Err(senseless()),
        };
        if frame >= hash.frames {
            lease.remember(if hash.frames > 1 { path } else { Path::new("") });
            return Ok(Ok(hash.digest));
        }
        frame += 1;
    }
}

/// It says what an honest worker never says.
fn senseless() -> Ending {
    Ending::Crashed("senseless answer".to_owned())
}
