//! Questions about many files, put to all workers at once.

use super::{
    Workers, may_be_innocent,
    pool::Lease,
    process::Ending,
    protocol::{self, About, Answer, FILES_LIMIT, FileAnswer, PATH_BYTES_LIMIT, Request},
    senseless,
};
use crate::{
    problem::{ImagingError, Reason, Refusal},
    scan::Continue,
};
use std::{
    path::Path,
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

/// What is to be known of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FileQuestion<'path> {
    /// Who and what the image is.
    Header(&'path Path),
    /// The files that the directory of a disc names.
    Directory(&'path Path),
    /// Whether two files hold the same stored pixel data.
    SamePixels(&'path Path, &'path Path),
}

/// The place of a question in the list, and its answer.
pub(crate) type Heard = (usize, Result<FileAnswer, Refusal>);

/// How often the caller is heard while nothing comes.
const LOOK: Duration = Duration::from_millis(100);

/// What the threads of one reading share.
struct Reading<'list> {
    workers: &'list Workers,
    questions: &'list [FileQuestion<'list>],
    next: AtomicUsize,
    stopped: AtomicBool,
}

impl Workers {
    /// Asks about files. `hear` gets the answers as they come, in no order, and is asked at least
    /// ten times a second whether to go on.
    pub(crate) fn ask(
        &self,
        questions: &[FileQuestion],
        hear: &mut dyn FnMut(Vec<Heard>) -> Continue,
    ) -> Result<(), ImagingError> {
        let reading = Reading {
            workers: self,
            questions,
            next: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        };
        thread::scope(|scope| {
            let (send, answers) = channel();
            let threads: Vec<_> = (0..self.count().min(questions.len().div_ceil(FILES_LIMIT)))
                .map(|_| {
                    let send = send.clone();
                    let reading = &reading;
                    scope.spawn(move || reading.work(&send))
                })
                .collect();
            drop(send);
            loop {
                let mut news = Vec::new();
                let received = answers.recv_timeout(LOOK);
                let is_over = matches!(received, Err(RecvTimeoutError::Disconnected));
                news.extend(received);
                news.extend(answers.try_iter());
                if hear(news) == Continue::No {
                    reading.stop();
                    break;
                }
                if is_over {
                    break;
                }
            }
            let mut outcome = Ok(());
            for thread in threads {
                // A thread cannot panic: it only passes messages on.
                let ended = thread.join().unwrap_or(Err(ImagingError::Cancelled));
                if matches!(outcome, Ok(()) | Err(ImagingError::Cancelled)) && ended.is_err() {
                    outcome = ended;
                }
            }
            match reading.stopped.load(Ordering::SeqCst) && outcome.is_ok() {
                true => Err(ImagingError::Cancelled),
                false => outcome,
            }
        })
    }
}

impl Reading<'_> {
    fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    fn work(&self, send: &Sender<Heard>) -> Result<(), ImagingError> {
        let outcome = self.work_through(send);
        if outcome.is_err() {
            // Where no worker can be started the other threads need not find out too.
            self.stop();
        }
        outcome
    }

    fn work_through(&self, send: &Sender<Heard>) -> Result<(), ImagingError> {
        let mut kept: Option<Lease> = None;
        loop {
            let first = self.next.fetch_add(FILES_LIMIT, Ordering::Relaxed);
            let end = first.saturating_add(FILES_LIMIT).min(self.questions.len());
            let mut at = first;
            let mut retried = None;
            while at < end {
                let mut lease = match kept.take() {
                    Some(lease) => lease,
                    None => self.workers.pool.lease(None, &|| self.is_stopped())?,
                };
                let Err(ending) = self.ask_batch(&mut lease, &mut at, end, send) else {
                    kept = Some(lease);
                    continue;
                };
                let earlier = lease.answered();
                lease.discard();
                if may_be_innocent(&ending, earlier, retried == Some(at)) {
                    if ending != Ending::Stale {
                        retried = Some(at);
                    }
                    continue;
                }
                let Some(refusal) = ending.refusal(self.workers.pool.time_limit) else {
                    return Err(ImagingError::Cancelled);
                };
                tell(send, at, Err(refusal));
                at += 1;
            }
            if first >= self.questions.len() {
                return Ok(());
            }
        }
    }

    /// Asks about files from `at` on and moves it past each one that is answered.
    fn ask_batch(
        &self,
        lease: &mut Lease,
        at: &mut usize,
        end: usize,
        send: &Sender<Heard>,
    ) -> Result<(), Ending> {
        let mut body = Vec::new();
        let mut files = Vec::new();
        for (index, question) in self.questions[..end].iter().enumerate().skip(*at) {
            match question.written() {
                Ok((about, bytes)) if body.len() + bytes.len() <= PATH_BYTES_LIMIT => {
                    files.push(about);
                    body.extend(bytes);
                }
                Ok(_) if files.is_empty() => {
                    tell(
                        send,
                        index,
                        Err(Reason::Unreadable.because("the paths are too long")),
                    );
                    *at += 1;
                    break;
                }
                Err(refusal) if files.is_empty() => {
                    tell(send, index, Err(refusal));
                    *at += 1;
                    break;
                }
                _ => break,
            }
        }
        if files.is_empty() {
            return Ok(());
        }
        let count = files.len();
        lease.send(Request::Files { files }, body, count)?;
        for _ in 0..count {
            match lease.receive(&|| self.is_stopped())? {
                (Answer::File(outcome), _) if self.questions[*at].fits(&outcome) => {
                    tell(send, *at, outcome);
                    *at += 1;
                }
                _ => return Err(senseless()),
            }
        }
        Ok(())
    }
}

impl FileQuestion<'_> {
    /// As the protocol puts it, with the bytes of the paths.
    fn written(&self) -> Result<(About, Vec<u8>), Refusal> {
        let length = |bytes: &[u8]| bytes.len() as u32;
        Ok(match self {
            FileQuestion::Header(path) => {
                let bytes = protocol::path_bytes(path)?;
                (About::Header(length(&bytes)), bytes)
            }
            FileQuestion::Directory(path) => {
                let bytes = protocol::path_bytes(path)?;
                (About::Directory(length(&bytes)), bytes)
            }
            FileQuestion::SamePixels(one, other) => {
                let mut bytes = protocol::path_bytes(one)?;
                let other = protocol::path_bytes(other)?;
                let about = About::SamePixels(length(&bytes), length(&other));
                bytes.extend(other);
                (about, bytes)
            }
        })
    }

    fn fits(&self, outcome: &Result<FileAnswer, Refusal>) -> bool {
        matches!(
            (self, outcome),
            (FileQuestion::Header(_), Ok(FileAnswer::Header(_)))
                | (FileQuestion::Directory(_), Ok(FileAnswer::Directory(_)))
                | (FileQuestion::SamePixels(..), Ok(FileAnswer::SamePixels(_)))
                | (_, Err(_))
        )
    }
}

fn tell(send: &Sender<Heard>, at: usize, outcome: Result<FileAnswer, Refusal>) {
    // The caller has stopped listening only where it stopped the reading.
    let _ = send.send((at, outcome));
}
