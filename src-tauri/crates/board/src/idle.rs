//! Locking by itself: after a time without input, and after the computer was asleep.
//!
//! The store is locked when the computer wakes, not before it sleeps: until then the key is in
//! the memory of the sleeping computer. Whoever fears for that memory shuts the computer down.

use crate::{AppStatus, Board, BoardError, lock};
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::time::Duration;
use store::{AuditEntry, Store};

/// Ten minutes, as short as a team's pause between two cases is long.
pub(crate) const DEFAULT_MINUTES: u32 = 10;

const LONGEST_MINUTES: u32 = 60;
const SETTING: &str = "auto_lock_minutes";

/// The ticks come every second; a gap as long as this is a sleep, or a clock that was set forward,
/// which cannot be told from one.
const SLEEP: Duration = Duration::from_secs(30);

/// Why the store closed itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LockReason {
    Idle,
    Suspend,
}

/// When something was last seen to happen.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    activity: Duration,
    ticked: Option<(DateTime<Utc>, Duration)>,
    slept: bool,
}

impl Board {
    /// To be called every second. Locks the store if nobody was at the keyboard for too long or
    /// the computer was asleep, and says so.
    pub fn tick(&self) -> Option<LockReason> {
        let (wall, monotonic) = (self.now(), (self.options.monotonic)());
        let (idle, slept) = {
            let mut watch = lock(&self.watch);
            let before = watch.ticked.replace((wall, monotonic));
            watch.slept |= before.is_some_and(|(wall_before, monotonic_before)| {
                let passed = (wall - wall_before).to_std().unwrap_or_default();
                passed.max(monotonic.saturating_sub(monotonic_before)) >= SLEEP
            });
            (monotonic.saturating_sub(watch.activity), watch.slept)
        };
        // A store at work is looked at again at the next tick: waiting here would look like sleep.
        let limit = self.store.try_lock().ok()?.as_ref().map(minutes)?;
        let (reason, action) = if slept {
            (LockReason::Suspend, "locked_suspend")
        } else if idle >= Duration::from_secs(60) * limit {
            (LockReason::Idle, "locked_idle")
        } else {
            return None;
        };
        self.close_store(action).then_some(reason)
    }

    /// Somebody is at the keyboard.
    pub fn note_activity(&self) {
        lock(&self.watch).activity = (self.options.monotonic)();
    }

    /// Sets the time without input after which the store locks itself, 1 to 60 minutes. For
    /// coordinators and chairs.
    pub fn set_auto_lock(&self, minutes: u32) -> Result<AppStatus, BoardError> {
        self.with_store(|store| {
            let manager = self.manager()?;
            let minutes = minutes.clamp(1, LONGEST_MINUTES).to_string();
            store.set_setting(SETTING, &minutes)?;
            let entry = AuditEntry {
                details: minutes.as_bytes(),
                ..AuditEntry::new(&manager, "setting_changed")
            };
            store.audit_append(&entry, self.now())?;
            Ok(())
        })?;
        Ok(self.status())
    }

    /// Counts from now: what was before the store was opened does not matter.
    pub(crate) fn start_watch(&self) {
        let monotonic = (self.options.monotonic)();
        *lock(&self.watch) = Watch {
            activity: monotonic,
            ticked: Some((self.now(), monotonic)),
            slept: false,
        };
    }
}

/// The time without input after which this store locks itself.
pub(crate) fn minutes(store: &Store) -> u32 {
    let set = store.setting(SETTING).ok().flatten();
    set.and_then(|text| text.parse().ok())
        .filter(|minutes| (1..=LONGEST_MINUTES).contains(minutes))
        .unwrap_or(DEFAULT_MINUTES)
}
