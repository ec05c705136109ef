//! One worker as its parent sees it: a process, and why it ended.
//!
//! A thread per worker writes and reads; whoever asks only waits for that thread, with a limit. So
//! a process that cannot even be killed, as one that waits for a broken disc, holds up nobody.

use super::protocol::{self, Answer, Request, VERSION};
use crate::problem::{ImagingError, Reason, Refusal};
use std::{
    ffi::OsString,
    io::{self, BufReader, Read},
    path::PathBuf,
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// An unused worker ends, so that it keeps no disc busy and no image in memory.
const IDLE_LIMIT: Duration = Duration::from_secs(30);
/// How often one that waits looks whether it still should.
pub(super) const LOOK: Duration = Duration::from_millis(50);
/// How long the end of a killed process is waited for; one that hangs in the system is left to its
/// thread.
const FAREWELL: Duration = Duration::from_millis(500);

/// What a worker keeps of the environment: how its libraries are found.
const KEPT_VARIABLES: [&str; 3] = ["LD_LIBRARY_PATH", "SystemRoot", "windir"];

/// The GNU library gives the memory of each frame back to the system and asks for it anew for the next
/// one, which costs a tenth of the time of a JPEG-LS frame; with these it keeps up to 8 MB, bytes.
const KEPT_MEMORY: [(&str, &str); 2] = [
    ("MALLOC_MMAP_THRESHOLD_", "4194304"),
    ("MALLOC_TRIM_THRESHOLD_", "8388608"),
];

/// How a worker is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerCommand {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
}

impl WorkerCommand {
    /// This executable with the hidden argument; its `main` must call
    /// [`serve_if_asked`](super::serve_if_asked) first.
    pub fn this_executable() -> WorkerCommand {
        // Names the running file also after an update has put another one in its place.
        #[cfg(target_os = "linux")]
        let program = PathBuf::from("/proc/self/exe");
        #[cfg(not(target_os = "linux"))]
        let program = std::env::current_exe().unwrap_or_default();
        WorkerCommand::of(program)
    }

    /// Another executable that calls [`serve_if_asked`](super::serve_if_asked).
    pub fn of(program: impl Into<PathBuf>) -> WorkerCommand {
        WorkerCommand {
            program: program.into(),
            arguments: vec![super::child::ARGUMENT.into()],
        }
    }

    fn start(&self) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_clear()
            // The workers are the threads.
            .env("RAYON_NUM_THREADS", "1")
            .envs(KEPT_MEMORY)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for name in KEPT_VARIABLES {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        #[cfg(unix)]
        {
            // Keeps no folder of a disc busy, and a name of its own in the list of processes.
            command.current_dir("/");
            std::os::unix::process::CommandExt::arg0(&mut command, "spineboard-image-worker");
        }
        command.spawn()
    }
}

/// Why a worker gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    TimedOut,
    Cancelled,
    OutOfMemory,
    /// With its exit status in words.
    Crashed(String),
    /// It had ended before it was asked.
    Stale,
}

type Said = Result<(Answer, Vec<u8>), Ending>;

struct Question {
    request: Request,
    body: Vec<u8>,
    /// Answers to come.
    answers: usize,
}

pub(super) struct Worker {
    child: Arc<Mutex<Child>>,
    questions: Option<Sender<Question>>,
    answers: Receiver<Said>,
    speaker: Option<JoinHandle<()>>,
    /// Answers given so far.
    pub(super) answered: u64,
    /// The file of the last frame, which the worker may hold open.
    pub(super) last: PathBuf,
}

impl Worker {
    /// Starts a process and waits until it has raised its walls.
    pub(super) fn start(
        command: &WorkerCommand,
        limit: Duration,
        stop: &dyn Fn() -> bool,
    ) -> Result<Worker, ImagingError> {
        let failed = |error: io::Error| ImagingError::Worker(error.kind().to_string());
        let mut child = command.start().map_err(failed)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let child = Arc::new(Mutex::new(child));
        let (Some(input), Some(output), Some(complaints)) = pipes else {
            return Err(ImagingError::Worker("no pipes".to_owned()));
        };
        let (questions, asked) = channel();
        let (said, answers) = channel();
        let speaker = Speaker {
            child: Arc::clone(&child),
            input,
            output: BufReader::with_capacity(1 << 16, output),
            complaints,
            asked,
            said,
        };
        let mut worker = Worker {
            child,
            questions: Some(questions),
            answers,
            speaker: None,
            answered: 0,
            last: PathBuf::new(),
        };
        let thread = thread::Builder::new().name("image-worker".to_owned());
        worker.speaker = Some(thread.spawn(move || speaker.speak()).map_err(failed)?);
        let said = match worker.wait(limit, stop) {
            Ok((Answer::Ready { version: VERSION }, _)) => return Ok(worker),
            Ok(_) => "another version",
            Err(Ending::Cancelled) => return Err(ImagingError::Cancelled),
            Err(Ending::TimedOut) => "it does not answer",
            Err(_) => "it ended at once",
        };
        Err(ImagingError::Worker(said.to_owned()))
    }

    /// Hands a request over; so many answers have to be received before the next one.
    pub(super) fn send(
        &self,
        request: Request,
        body: Vec<u8>,
        answers: usize,
    ) -> Result<(), Ending> {
        let question = Question {
            request,
            body,
            answers,
        };
        match &self.questions {
            Some(questions) => questions.send(question).map_err(|_| Ending::Stale),
            None => Err(Ending::Stale),
        }
    }

    /// Waits for an answer, within a limit and until `stop` says not to; the process is ended then.
    pub(super) fn receive(&mut self, limit: Duration, stop: &dyn Fn() -> bool) -> Said {
        let said = self.wait(limit, stop)?;
        self.answered += 1;
        Ok(said)
    }

    fn wait(&self, limit: Duration, stop: &dyn Fn() -> bool) -> Said {
        let deadline = Instant::now() + limit;
        let ending = loop {
            if stop() {
                break Ending::Cancelled;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.answers.recv_timeout(left.min(LOOK)) {
                Ok(said) => return said,
                Err(RecvTimeoutError::Disconnected) => break Ending::Stale,
                Err(RecvTimeoutError::Timeout) if left.is_zero() => break Ending::TimedOut,
                Err(RecvTimeoutError::Timeout) => {}
            }
        };
        kill(&self.child);
        Err(ending)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        kill(&self.child);
        self.questions = None;
        let since = Instant::now();
        while let Some(speaker) = &self.speaker
            && !speaker.is_finished()
            && since.elapsed() < FAREWELL
        {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// What the thread of a worker holds.
struct Speaker {
    child: Arc<Mutex<Child>>,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    complaints: ChildStderr,
    asked: Receiver<Question>,
    said: Sender<Said>,
}

impl Speaker {
    fn speak(mut self) {
        if self.converse().is_ok() {
            kill(&self.child);
            waited_for(&self.child);
            return;
        }
        // What it says or does not say is wrong, if it still runs.
        kill(&self.child);
        let status = waited_for(&self.child);
        let mut complaint = Vec::new();
        let _ = self.complaints.take(4096).read_to_end(&mut complaint);
        let complaint = String::from_utf8_lossy(&complaint);
        // What the standard libraries of Rust and C++ say before they abort; a worker says nothing
        // else.
        let is_memory = ["memory allocation of", "bad_alloc"]
            .iter()
            .any(|sign| complaint.contains(sign));
        let _ = self.said.send(Err(if is_memory {
            Ending::OutOfMemory
        } else {
            Ending::Crashed(status.map(|status| status.to_string()).unwrap_or_default())
        }));
    }

    /// Returns where nobody will ask any more.
    fn converse(&mut self) -> io::Result<()> {
        let mut expected = 1;
        loop {
            for _ in 0..expected {
                let answer = protocol::read_answer(&mut self.output)?;
                if self.said.send(Ok(answer)).is_err() {
                    return Ok(());
                }
            }
            let Ok(question) = self.asked.recv_timeout(IDLE_LIMIT) else {
                return Ok(());
            };
            protocol::write(&mut self.input, &question.request, &[&question.body])?;
            expected = question.answers;
        }
    }
}

fn kill(child: &Mutex<Child>) {
    // Fails only where it has ended by itself.
    let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
}

/// Never keeps the lock, so that others can still kill.
fn waited_for(child: &Mutex<Child>) -> Option<ExitStatus> {
    loop {
        let ended = child
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .try_wait();
        match ended {
            Ok(None) => thread::sleep(Duration::from_millis(2)),
            Ok(status) => return status,
            Err(_) => return None,
        }
    }
}

impl Ending {
    /// What is said about the file; none where the ending says nothing about it.
    pub(super) fn refusal(self, time_limit: Duration) -> Option<Refusal> {
        match self {
            Ending::TimedOut => {
                Some(Reason::TimedOut.because(format!("{} s", time_limit.as_secs_f32())))
            }
            Ending::OutOfMemory => Some(Reason::OutOfMemory.because("more than 1 GB")),
            Ending::Crashed(status) => Some(Reason::DecoderCrashed.because(status)),
            Ending::Cancelled | Ending::Stale => None,
        }
    }
}
