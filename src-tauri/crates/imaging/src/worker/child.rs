//! The worker's side: reads requests from standard input, answers on standard output, one after the
//! other, until the input ends.

use super::{
    protocol::{self, About, Answer, FileAnswer, FrameHead, Request, RunningHash, VERSION},
    walls,
};
use crate::{
    copies,
    decode::FrameSource,
    dicomdir,
    problem::{Reason, Refusal},
    scan,
};
use sha2::{Digest, Sha256};
use std::{
    io::{self, Write},
    panic::catch_unwind,
    path::{Path, PathBuf},
    process::{ExitCode, exit},
    sync::mpsc::sync_channel,
    thread,
};

/// The hidden first argument that makes an executable a worker.
pub(super) const ARGUMENT: &str = "--image-worker";

/// Turns this process into a worker where its first argument asks for it. To be called before
/// anything else in `main`.
pub fn serve_if_asked() -> Option<ExitCode> {
    let is_asked = std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == ARGUMENT);
    is_asked.then(serve)
}

fn serve() -> ExitCode {
    // A message could quote what a file holds.
    std::panic::set_hook(Box::new(|_| {}));
    if walls::raise().is_err() {
        return ExitCode::FAILURE;
    }
    let (send, requests) = sync_channel(1);
    let input = thread::Builder::new().spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(request) = protocol::read_request(&mut input) {
            if send.send(request).is_err() {
                return;
            }
        }
        // The parent has gone. A decoder that never ends would outlive it.
        exit(0);
    });
    let mut output = io::stdout().lock();
    let ready = Answer::Ready { version: VERSION };
    if input.is_err() || protocol::write(&mut output, &ready, &[]).is_err() {
        return ExitCode::FAILURE;
    }
    let mut memory = Memory::default();
    for (request, body) in requests {
        if answer(&mut output, &mut memory, &request, &body).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// What a worker keeps from one request to the next.
#[derive(Default)]
pub(super) struct Memory {
    source: FrameSource,
    hashed: Option<Hashed>,
}

/// The hash of the first frames of a file.
struct Hashed {
    path: PathBuf,
    frames: u32,
    hasher: Sha256,
}

impl Memory {
    /// The inner error is that of the file; the outer one tells of a question that does not follow
    /// the one before.
    fn hash(&mut self, path: &Path, frame: u32) -> io::Result<Result<RunningHash, Refusal>> {
        let mut hashed = match self.hashed.take() {
            _ if frame == 1 => Hashed {
                path: path.to_owned(),
                frames: 0,
                hasher: Sha256::new(),
            },
            Some(hashed) if hashed.path == path && hashed.frames + 1 == frame => hashed,
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        };
        Ok(self.source.frame(path, frame).map(|found| {
            hashed.hasher.update(&found.pixels.bytes);
            hashed.frames = frame;
            let digest = hashed.hasher.clone().finalize().into();
            self.hashed = (frame < found.frames).then_some(hashed);
            RunningHash {
                frames: found.frames,
                digest,
            }
        }))
    }
}

pub(super) fn answer(
    output: &mut impl Write,
    memory: &mut Memory,
    request: &Request,
    body: &[u8],
) -> io::Result<()> {
    match request {
        Request::Files { files } => {
            *memory = Memory::default();
            let mut rest = body;
            for about in files {
                let answer = file_answer(*about, &mut rest)?.map_err(protocol::short);
                protocol::write(output, &Answer::File(answer), &[])?;
            }
            Ok(())
        }
        Request::Frame { frame } => match memory.source.frame(&protocol::path_of(body), *frame) {
            Ok(found) => {
                let head = Answer::Frame(Ok(FrameHead::of(&found)));
                let pixels = found.pixels;
                let [red, green, blue] = match &pixels.palette {
                    Some(palette) => palette.channels.each_ref().map(Vec::as_slice),
                    None => [&[][..]; 3],
                };
                protocol::write(output, &head, &[red, green, blue, &pixels.bytes])
            }
            Err(refusal) => {
                protocol::write(output, &Answer::Frame(Err(protocol::short(refusal))), &[])
            }
        },
        Request::Hash { frame } => {
            let hash = memory.hash(&protocol::path_of(body), *frame)?;
            let answer = Answer::Hash(hash.map_err(protocol::short));
            protocol::write(output, &answer, &[])
        }
    }
}

/// Takes the paths off the front of `rest`.
fn file_answer(about: About, rest: &mut &[u8]) -> io::Result<Result<FileAnswer, Refusal>> {
    let mut path = |length: u32| {
        let (path, after) = rest
            .split_at_checked(length as usize)
            .ok_or(io::ErrorKind::InvalidData)?;
        *rest = after;
        io::Result::Ok(protocol::path_of(path))
    };
    Ok(match about {
        About::Header(length) => scan::read(&path(length)?)
            .map(Box::new)
            .map(FileAnswer::Header),
        About::Directory(length) => {
            let path = path(length)?;
            catch_unwind(|| dicomdir::read(&path))
                .unwrap_or_else(|_| Err(Reason::BrokenStructure.because("directory records")))
                .map(FileAnswer::Directory)
        }
        About::SamePixels(one, other) => {
            let (one, other) = (path(one)?, path(other)?);
            catch_unwind(|| copies::same_pixels(&one, &other))
                .unwrap_or_else(|_| Err(Reason::BrokenStructure.because("pixel data")))
                .map(FileAnswer::SamePixels)
        }
    })
}
