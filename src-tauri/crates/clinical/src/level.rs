//! Vertebral levels by their anatomical names, including the numbering variants T13 and L6.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use ts_rs::TS;

/// Every level name in cranio-caudal order. C0 is the occiput, as in the SINS location item.
pub const LEVEL_NAMES: [&str; 32] = [
    "C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8",
    "T9", "T10", "T11", "T12", "T13", "L1", "L2", "L3", "L4", "L5", "L6", "S1", "S2", "S3", "S4",
    "S5",
];

/// One vertebral level; ordered from head to foot.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct Level(u8);

impl Level {
    /// The anatomical name, for example `T12`.
    pub fn name(self) -> &'static str {
        LEVEL_NAMES[usize::from(self.0)]
    }

    /// All levels from C0 to S5.
    pub fn all() -> impl Iterator<Item = Level> {
        (0u8..).take(LEVEL_NAMES.len()).map(Level)
    }
}

/// The text names no vertebral level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a vertebral level; write one such as C2, T12, L3 or S1")]
pub struct UnknownLevel(pub String);

impl FromStr for Level {
    type Err = UnknownLevel;

    /// Reads a level name in any letter case; `D` and `Th` are read as thoracic.
    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        let upper = text.trim().to_ascii_uppercase();
        let normal = match upper.strip_prefix("TH").or(upper.strip_prefix('D')) {
            Some(rest) => format!("T{rest}"),
            None => upper,
        };
        Level::all()
            .find(|level| level.name() == normal)
            .ok_or_else(|| UnknownLevel(text.to_owned()))
    }
}

impl TryFrom<String> for Level {
    type Error = UnknownLevel;
    fn try_from(text: String) -> Result<Self, UnknownLevel> {
        text.parse()
    }
}

impl From<Level> for String {
    fn from(level: Level) -> String {
        level.name().to_owned()
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Debug for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_spellings_in_use() {
        let read = |text: &str| text.parse::<Level>().map(Level::name);
        assert_eq!(read("t12"), Ok("T12"));
        assert_eq!(read("Th7"), Ok("T7"));
        assert_eq!(read("D5"), Ok("T5"));
        assert_eq!(read(" L6 "), Ok("L6"));
        assert_eq!(read("T14"), Err(UnknownLevel("T14".to_owned())));
    }

    #[test]
    fn orders_from_head_to_foot() {
        let levels: Vec<Level> = Level::all().collect();
        assert!(levels.windows(2).all(|pair| pair[0] < pair[1]));
        assert!("T12".parse::<Level>().ok() < "L1".parse::<Level>().ok());
    }
}
