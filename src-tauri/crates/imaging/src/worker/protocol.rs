//! What parent and worker say to each other over two pipes.
//!
//! A message is two lengths (u32, little endian), a head as postcard writes it and a body of bytes;
//! pixels and paths go in the body. Both sides check the lengths before they allocate: the parent does not trust the
//! worker, which may have been taken over by a file.

use crate::{
    decode::FoundFrame,
    dicomdir::{Directory, REFERENCE_LIMIT},
    header::{FRAME_COUNT_LIMIT, FrameFacts, ImageHeader, LARGEST},
    pixels::{FRAME_LIMIT, Palette, Photometric, PixelKind, Pixels},
    problem::{Reason, Refusal},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// Raised with every change of the messages. Parent and worker are one executable; they differ only
/// where it was replaced while the program ran.
pub(super) const VERSION: u32 = 3;

/// Files asked about at once; each is answered by itself.
pub(super) const FILES_LIMIT: usize = 16;
/// Fits into the smallest pipes, so that a request never waits for a worker that does not read.
pub(super) const PATH_BYTES_LIMIT: usize = 32 << 10;

const REQUEST_HEAD_LIMIT: u32 = 4 << 10;
/// The facts of every frame of the largest object ([`FRAME_COUNT_LIMIT`]).
const ANSWER_HEAD_LIMIT: u32 = 128 << 20;
/// Entries of one channel of a palette (PS3.3 section C.7.6.3.1.5).
const PALETTE_LIMIT: usize = 1 << 16;
const DETAIL_LIMIT: usize = 200;

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// The body holds the paths one after the other.
    Files { files: Vec<About> },
    /// The body is the path; the frame counts from 1.
    Frame { frame: u32 },
    /// The same for the hash of the first frames up to this one; asked frame after frame.
    Hash { frame: u32 },
}

/// What is to be known of a file, with the lengths of its path or paths.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum About {
    Header(u32),
    Directory(u32),
    SamePixels(u32, u32),
}

/// What a file holds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FileAnswer {
    Header(Box<ImageHeader>),
    Directory(Directory),
    SamePixels(bool),
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// The first message of a worker.
    Ready {
        version: u32,
    },
    File(Result<FileAnswer, Refusal>),
    /// The body holds the palette's channels, then the pixels.
    Frame(Result<FrameHead, Refusal>),
    Hash(Result<RunningHash, Refusal>),
}

/// SHA-256 over the stored values of the frames that were asked for so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RunningHash {
    /// Frames that the file has.
    pub(super) frames: u32,
    pub(super) digest: [u8; 32],
}

/// A decoded frame without its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FrameHead {
    /// Frames that the file has.
    pub(super) frames: u32,
    /// Of the image that the file holds now.
    sop_instance_uid: String,
    rows: u32,
    columns: u32,
    samples: u16,
    kind: PixelKind,
    photometric: Photometric,
    palette: Option<PaletteHead>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PaletteHead {
    first: i64,
    lengths: [u32; 3],
}

impl FrameHead {
    pub(super) fn of(found: &FoundFrame) -> FrameHead {
        let pixels = &found.pixels;
        FrameHead {
            frames: found.frames,
            sop_instance_uid: found.sop_instance_uid.clone(),
            rows: pixels.rows,
            columns: pixels.columns,
            samples: pixels.samples,
            kind: pixels.kind,
            photometric: pixels.photometric,
            palette: pixels.palette.as_ref().map(|palette| PaletteHead {
                first: palette.first,
                lengths: palette.channels.each_ref().map(|bytes| bytes.len() as u32),
            }),
        }
    }

    /// Puts a frame together again; none where the bytes are not those of its description.
    pub(super) fn frame(self, mut body: Vec<u8>) -> Option<FoundFrame> {
        let mut palette = None;
        if let Some(head) = &self.palette {
            let mut channels = [const { Vec::new() }; 3];
            for (channel, length) in channels.iter_mut().zip(head.lengths) {
                let length = length as usize;
                if length == 0 || length > PALETTE_LIMIT || length > body.len() {
                    return None;
                }
                let rest = body.split_off(length);
                *channel = std::mem::replace(&mut body, rest);
            }
            palette = Some(Palette {
                first: head.first,
                channels,
            });
        }
        let expected = u64::from(self.rows)
            .checked_mul(u64::from(self.columns))?
            .checked_mul(u64::from(self.samples))?
            .checked_mul(self.kind.bytes() as u64)?;
        let is_whole = expected > 0 && expected == body.len() as u64;
        let pixels = Pixels {
            rows: self.rows,
            columns: self.columns,
            samples: self.samples,
            kind: self.kind,
            photometric: self.photometric,
            palette,
            bytes: body,
        };
        (is_whole && matches!(self.samples, 1 | 3) && self.frames >= 1).then_some(FoundFrame {
            pixels,
            frames: self.frames,
            sop_instance_uid: self.sop_instance_uid,
        })
    }
}

/// Writes one message in one go.
pub(super) fn write(pipe: &mut dyn Write, head: &impl Serialize, body: &[&[u8]]) -> io::Result<()> {
    let head = postcard::to_extend(head, Vec::new()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let length: usize = body.iter().map(|part| part.len()).sum();
    let too_long = |_| io::Error::from(io::ErrorKind::InvalidInput);
    let mut opening = Vec::with_capacity(8 + head.len());
    opening.extend_from_slice(&u32::try_from(head.len()).map_err(too_long)?.to_le_bytes());
    opening.extend_from_slice(&u32::try_from(length).map_err(too_long)?.to_le_bytes());
    opening.extend_from_slice(&head);
    pipe.write_all(&opening)?;
    for part in body {
        pipe.write_all(part)?;
    }
    pipe.flush()
}

pub(super) fn read_request(pipe: &mut dyn Read) -> io::Result<(Request, Vec<u8>)> {
    read(pipe, REQUEST_HEAD_LIMIT, PATH_BYTES_LIMIT as u64)
}

pub(super) fn read_answer(pipe: &mut dyn Read) -> io::Result<(Answer, Vec<u8>)> {
    let body = FRAME_LIMIT + 3 * PALETTE_LIMIT as u64;
    let (answer, body) = read(pipe, ANSWER_HEAD_LIMIT, body)?;
    let carries_bytes = matches!(answer, Answer::Frame(Ok(_)));
    if !is_possible(&answer) || carries_bytes == body.is_empty() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok((answer, body))
}

/// What an honest worker never says would only surprise later.
fn is_possible(answer: &Answer) -> bool {
    let refusal = match answer {
        Answer::Ready { .. } | Answer::Frame(Ok(_)) => return true,
        Answer::File(Ok(FileAnswer::Directory(directory))) => {
            return directory.files.len() <= REFERENCE_LIMIT;
        }
        Answer::File(Ok(FileAnswer::SamePixels(_))) => return true,
        Answer::File(Ok(FileAnswer::Header(header))) => {
            let shape = &header.shape;
            return (1..=FRAME_COUNT_LIMIT).contains(&shape.frames)
                && header.frames.len() == shape.frames as usize
                && shape.rows > 0
                && shape.columns > 0
                && matches!(shape.format.samples, 1 | 3)
                && header.frames.iter().all(measures);
        }
        Answer::Hash(Ok(hash)) => return (1..=FRAME_COUNT_LIMIT).contains(&hash.frames),
        Answer::File(Err(refusal)) | Answer::Frame(Err(refusal)) | Answer::Hash(Err(refusal)) => {
            refusal
        }
    };
    refusal.detail.len() <= DETAIL_LIMIT
}

/// What measures nothing was left out by the reader of the file.
fn measures(frame: &FrameFacts) -> bool {
    let windows = frame
        .windows
        .iter()
        .flat_map(|window| [window.center, window.width]);
    let rescale = frame
        .rescale
        .map(|rescale| [rescale.slope, rescale.intercept]);
    let mut numbers = frame
        .position
        .into_iter()
        .flatten()
        .chain(frame.orientation.into_iter().flatten())
        .chain(frame.spacing.into_iter().flatten())
        .chain(frame.thickness)
        .chain(rescale.into_iter().flatten())
        .chain(windows);
    numbers.all(|number| number.abs() <= LARGEST)
}

fn read<Head: DeserializeOwned>(
    pipe: &mut dyn Read,
    head_limit: u32,
    body_limit: u64,
) -> io::Result<(Head, Vec<u8>)> {
    let mut lengths = [0; 8];
    pipe.read_exact(&mut lengths)?;
    let [a, b, c, d, e, f, g, h] = lengths;
    let head = u32::from_le_bytes([a, b, c, d]);
    let body = u64::from(u32::from_le_bytes([e, f, g, h]));
    if head > head_limit || body > body_limit {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let head = bytes(pipe, u64::from(head))?;
    let body = bytes(pipe, body)?;
    match postcard::take_from_bytes(&head) {
        Ok((head, [])) => Ok((head, body)),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Memory grows with what arrives, never by the length alone.
fn bytes(pipe: &mut dyn Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length.min(4 << 20) as usize);
    pipe.take(length).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

/// Cuts a detail to what the parent accepts.
pub(super) fn short(mut refusal: Refusal) -> Refusal {
    let mut end = refusal.detail.len().min(DETAIL_LIMIT);
    while !refusal.detail.is_char_boundary(end) {
        end -= 1;
    }
    refusal.detail.truncate(end);
    refusal
}

/// The bytes of a path, absolute, since a worker has another current folder.
pub(super) fn path_bytes(path: &Path) -> Result<Vec<u8>, Refusal> {
    let path = std::path::absolute(path)?;
    #[cfg(unix)]
    let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec();
    #[cfg(windows)]
    let bytes: Vec<u8> = std::os::windows::ffi::OsStrExt::encode_wide(path.as_os_str())
        .flat_map(u16::to_le_bytes)
        .collect();
    if bytes.len() > PATH_BYTES_LIMIT {
        return Err(Reason::Unreadable.because("the path is too long"));
    }
    Ok(bytes)
}

pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    let path = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes).to_owned();
    #[cfg(windows)]
    let path: std::ffi::OsString = {
        let wide: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        std::os::windows::ffi::OsStringExt::from_wide(&wide)
    };
    path.into()
}
