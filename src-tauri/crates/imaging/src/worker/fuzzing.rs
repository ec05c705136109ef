//! Doors for [`crate::fuzzing`]: what passes through the pipe, without processes.

use super::{
    child::{self, Memory},
    protocol::{self, About, Answer, FileAnswer, Request},
};
use crate::{header::ImageHeader, library::RejectedFile, pixels::Pixels, problem::Refusal};
use std::path::{Path, PathBuf};

/// What the parent took from a worker.
#[derive(Default)]
pub(crate) struct Taken {
    /// Their paths are their numbers.
    pub(crate) headers: Vec<(PathBuf, ImageHeader)>,
    pub(crate) rejected: Vec<RejectedFile>,
    pub(crate) frames: Vec<Pixels>,
}

/// Reads messages as the parent does, up to the first that no honest worker sends.
pub(crate) fn take(mut pipe: &[u8]) -> Taken {
    let mut taken = Taken::default();
    while let Ok((answer, body)) = protocol::read_answer(&mut pipe) {
        let number = taken.headers.len() + taken.rejected.len();
        match answer {
            Answer::File(Ok(FileAnswer::Header(header))) => {
                taken.headers.push((number.to_string().into(), *header));
            }
            Answer::File(Err(refusal)) => taken.rejected.push(RejectedFile {
                path: number.to_string().into(),
                reason: refusal.reason,
                detail: refusal.detail,
            }),
            Answer::Frame(Ok(head)) => match head.frame(body) {
                Some(found) => taken.frames.push(found.pixels),
                None => break,
            },
            _ => {}
        }
    }
    taken
}

/// What an honest worker sends about a file on the disk: its header and its first frame.
pub(crate) fn messages(path: &Path) -> Result<Vec<u8>, Refusal> {
    let bytes = protocol::path_bytes(path)?;
    let files = vec![About::Header(bytes.len() as u32)];
    let mut output = Vec::new();
    let mut memory = Memory::default();
    for request in [Request::Files { files }, Request::Frame { frame: 1 }] {
        child::answer(&mut output, &mut memory, &request, &bytes)?;
    }
    Ok(output)
}
