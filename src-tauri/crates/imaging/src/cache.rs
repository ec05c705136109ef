//! Decoded frames kept in memory up to a number of bytes; the least recently used go first.

use crate::{
    decode::FrameSource,
    display,
    library::{ImageRef, Stack},
    pixels::Pixels,
    problem::ImagingError,
};
use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// 512 MB hold 1,000 slices of 512 × 512.
pub const DEFAULT_LIMIT: usize = 512 << 20;

type Key = (PathBuf, u32);

/// Shared between threads; frames are decoded outside the lock.
pub struct FrameCache {
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
}

impl FrameCache {
    pub fn new(limit: usize) -> FrameCache {
        FrameCache {
            limit,
            kept: Mutex::default(),
        }
    }

    /// A frame from memory, else decoded and kept.
    pub fn frame(&self, image: &ImageRef) -> Result<Arc<Pixels>, ImagingError> {
        self.frame_from(&mut FrameSource::default(), image)
    }

    fn frame_from(
        &self,
        source: &mut FrameSource,
        image: &ImageRef,
    ) -> Result<Arc<Pixels>, ImagingError> {
        let key = (image.path.clone(), image.frame);
        if let Some(pixels) = self.kept().used(&key) {
            return Ok(pixels);
        }
        let pixels = Arc::new(source.frame(image)?);
        self.kept().keep(key, Arc::clone(&pixels), self.limit);
        Ok(pixels)
    }

    /// As [`display::frames_for_display`], with decoded frames kept.
    pub fn frames_for_display(
        &self,
        stack: &Stack,
        first: usize,
        count: usize,
    ) -> Result<Vec<u8>, ImagingError> {
        display::frames_with(stack, first, count, |source, image| {
            self.frame_from(source, image)
        })
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
    fn replacing_and_oversized_frames_keep_the_count_right() {
        let mut kept = Kept::default();
        kept.keep(key("a"), pixels(40), 100);
        kept.keep(key("a"), pixels(60), 100);
        assert_eq!(kept.bytes, 60);
        kept.keep(key("b"), pixels(101), 100);
        assert_eq!((kept.bytes, kept.frames.len(), kept.uses.len()), (60, 1, 1));
    }
}
