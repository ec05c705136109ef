//! Counting vertebrae from an anchor, with the variants of their number.

use crate::level::Level;

/// How many vertebrae a patient has where that varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VertebraCounts {
    /// With ribs: 11 to 13.
    pub thoracic: u8,
    /// 4 to 6.
    pub lumbar: u8,
}

impl VertebraCounts {
    pub const USUAL: VertebraCounts = VertebraCounts {
        thoracic: 12,
        lumbar: 5,
    };

    /// None where a number is not one that occurs.
    pub fn new(thoracic: Option<u8>, lumbar: Option<u8>) -> Option<VertebraCounts> {
        let counts = VertebraCounts {
            thoracic: thoracic.unwrap_or(Self::USUAL.thoracic),
            lumbar: lumbar.unwrap_or(Self::USUAL.lumbar),
        };
        let occurs = (11..=13).contains(&counts.thoracic) && (4..=6).contains(&counts.lumbar);
        occurs.then_some(counts)
    }

    /// Whether a patient with these numbers has the vertebra.
    pub fn has(self, level: Level) -> bool {
        let name = level.name();
        let number = |prefix: &str| name.strip_prefix(prefix)?.parse::<u8>().ok();
        match (number("T"), number("L")) {
            (Some(number), _) => number <= self.thoracic,
            (_, Some(number)) => number <= self.lumbar,
            _ => true,
        }
    }

    /// The vertebrae from head to foot, without the occiput.
    pub fn levels(self) -> Vec<Level> {
        Level::all()
            .filter(|level| level.name() != "C0" && self.has(*level))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn around(thoracic: Option<u8>, lumbar: Option<u8>) -> String {
        let levels = VertebraCounts::new(thoracic, lumbar).unwrap().levels();
        let names: Vec<&str> = levels.iter().map(|level| level.name()).collect();
        names[16..27].join(" ")
    }

    #[test]
    fn variants_have_fewer_or_more_vertebrae() {
        assert_eq!(around(None, None), "T10 T11 T12 L1 L2 L3 L4 L5 S1 S2 S3");
        assert_eq!(
            around(Some(11), Some(6)),
            "T10 T11 L1 L2 L3 L4 L5 L6 S1 S2 S3"
        );
        assert_eq!(
            around(Some(13), Some(4)),
            "T10 T11 T12 T13 L1 L2 L3 L4 S1 S2 S3"
        );
        for wrong in [
            (Some(10), None),
            (Some(14), None),
            (None, Some(3)),
            (None, Some(7)),
        ] {
            assert_eq!(VertebraCounts::new(wrong.0, wrong.1), None);
        }
    }
}
