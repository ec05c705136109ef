//! Decoded frames kept in memory up to a number of bytes; the least recently used go first.
//!
//! A frame that ended a worker is not asked for again, nor any frame of a file that did so three
//! times: a viewer that asks once more, as it should, would otherwise keep the workers dying.

use crate::{
    display,
    library::{ImageRef, Stack},
    pixels::Pixels,
    problem::{ImagingError, Reason, Refusal},
    worker::Workers,
};
use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// 512 MB hold 1,000 slices of 512 × 512.
pub const DEFAULT_LIMIT: usize = 512 << 20;

/// Frames of one file that may end a worker before the whole file is given up.
const DEADLY_FRAMES: usize = 3;

type Key = (PathBuf, u32);

/// Shared between threads; frames are decoded outside the lock.
pub struct FrameCache {
    workers: Arc<Workers>,
    limit: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    frames: HashMap<Key, (Arc<Pixels>, u64)>,
    /// From the least recent use to the latest.
    uses: BTreeMap<u64, Key>,
    bytes: usize,
    clock: u64,
    /// Frames by file that ended a worker.
    deadly: HashMap<PathBuf, Vec<(u32, Refusal)>>,
}

impl FrameCache {
    /// Keeps up to `limit` bytes.
    pub fn new(workers: Arc<Workers>, limit: usize) -> FrameCache {
        FrameCache {
            workers,
            limit,
            kept: Mutex::default(),
        }
    }

    /// A frame from memory, else decoded and kept.
    pub fn frame(&self, image: &ImageRef) -> Result<Arc<Pixels>, ImagingError> {
        let key = (image.path.clone(), image.frame);
        let known = {
            let mut kept = self.kept();
            kept.used(&key)
                .map(Ok)
                .or_else(|| kept.deadly(&key).map(Err))
        };
        match known {
            Some(Ok(pixels)) => return Ok(pixels),
            Some(Err(refusal)) => return Err(refusal.into()),
            None => {}
        }
        match self.workers.frame(image) {
            Ok(pixels) => {
                let pixels = Arc::new(pixels);
                self.kept().keep(key, Arc::clone(&pixels), self.limit);
                Ok(pixels)
            }
            Err(error) => {
                if let ImagingError::Image(refusal) = &error {
                    self.kept().note(key, refusal);
                }
                Err(error)
            }
        }
    }

    /// Frames `first .. first + count` of a stack, or as many of them as there are, one after the
    /// other: rows, columns, samples, little endian, in the geometry's data type.
    pub fn frames_for_display(
        &self,
        stack: &Stack,
        first: usize,
        count: usize,
    ) -> Result<Vec<u8>, ImagingError> {
        let take = |image: &ImageRef| self.frame(image);
        display::frames_with(stack, first, count, self.workers.count(), take)
    }

    /// Bytes held at the moment.
    pub fn bytes(&self) -> usize {
        self.kept().bytes
    }

    /// Forgets everything, as when a case is closed.
    pub fn clear(&self) {
        *self.kept() = Kept::default();
    }

    /// A thread that stopped while holding the lock left whole entries behind.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn used(&mut self, key: &Key) -> Option<Arc<Pixels>> {
        self.clock += 1;
        let (pixels, last) = self.frames.get_mut(key)?;
        let previous = std::mem::replace(last, self.clock);
        let pixels = Arc::clone(pixels);
        if let Some(key) = self.uses.remove(&previous) {
            self.uses.insert(self.clock, key);
        }
        Some(pixels)
    }

    fn deadly(&self, (path, frame): &Key) -> Option<Refusal> {
        let noted = self.deadly.get(path)?;
        let same = noted.iter().find(|(deadly, _)| deadly == frame);
        let any = noted.last().filter(|_| noted.len() >= DEADLY_FRAMES);
        same.or(any).map(|(_, refusal)| refusal.clone())
    }

    fn note(&mut self, (path, frame): Key, refusal: &Refusal) {
        if matches!(
            refusal.reason,
            Reason::TimedOut | Reason::OutOfMemory | Reason::DecoderCrashed
        ) {
            let noted = self.deadly.entry(path).or_default();
            noted.push((frame, refusal.clone()));
        }
    }

    fn keep(&mut self, key: Key, pixels: Arc<Pixels>, limit: usize) {
        if pixels.bytes.len() > limit {
            return;
        }
        self.clock += 1;
        self.bytes += pixels.bytes.len();
        self.uses.insert(self.clock, key.clone());
        if let Some((replaced, last)) = self.frames.insert(key, (pixels, self.clock)) {
            self.bytes -= replaced.bytes.len();
            self.uses.remove(&last);
        }
        while self.bytes > limit {
            let Some((_, oldest)) = self.uses.pop_first() else {
                return;
            };
            if let Some((dropped, _)) = self.frames.remove(&oldest) {
                self.bytes -= dropped.bytes.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::{Photometric, PixelKind};

    fn pixels(bytes: usize) -> Arc<Pixels> {
        Arc::new(Pixels {
            rows: 1,
            columns: bytes as u32,
            samples: 1,
            kind: PixelKind::U8,
            photometric: Photometric::Monochrome2,
            palette: None,
            bytes: vec![0; bytes],
        })
    }

    fn key(name: &str) -> Key {
        (PathBuf::from(name), 1)
    }

    #[test]
    fn the_least_recently_used_frame_goes_first() {
        let mut kept = Kept::default();
        kept.keep(key("a"), pixels(40), 100);
        kept.keep(key("b"), pixels(40), 100);
        assert!(kept.used(&key("a")).is_some());
        kept.keep(key("c"), pixels(40), 100);
        assert!(kept.used(&key("b")).is_none(), "b was used longest ago");
        assert!(kept.used(&key("a")).is_some() && kept.used(&key("c")).is_some());
        assert_eq!(kept.bytes, 80);
    }

    #[test]
    fn a_deadly_frame_is_refused_by_itself_and_three_of_them_with_their_file() {
        let mut kept = Kept::default();
        let frame = |number| (PathBuf::from("a"), number);
        kept.note(frame(1), &Reason::DecodingFailed.because(""));
        assert_eq!(kept.deadly(&frame(1)), None, "the decoder could tell");
        let timed_out = Reason::TimedOut.because("10 s");
        kept.note(frame(1), &timed_out);
        kept.note(frame(2), &timed_out);
        assert_eq!(kept.deadly(&frame(2)), Some(timed_out.clone()));
        assert_eq!(kept.deadly(&frame(4)), None);
        kept.note(frame(3), &timed_out);
        assert_eq!(kept.deadly(&frame(4)), Some(timed_out));
        assert_eq!(kept.deadly(&key("b")), None);
    }

    #[test]
    fn replacing_and_oversized_frames_keep_the_count_right() {
        let mut kept = Kept::default();
        kept.keep(key("a"), pixels(40), 100);
        kept.keep(key("a"), pixels(60), 100);
        assert_eq!(kept.bytes, 60);
        kept.keep(key("b"), pixels(101), 100);
        assert_eq!((kept.bytes, kept.frames.len(), kept.uses.len()), (60, 1, 1));
    }
}
