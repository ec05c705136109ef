//! Model packs for the command line: which are there, and do they answer as they should.

use crate::BoardError;
use inference::PackSet;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The verdict on one pack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PackCheck {
    pub name: String,
    pub ready: bool,
    /// Golden rows and the largest difference, or why it was refused.
    pub verdict: String,
}

/// Verifies hashes and replays the golden rows of one pack's folder, or of all packs in `folders`.
pub fn check_packs(pack: Option<&Path>, folders: &[PathBuf]) -> Result<Vec<PackCheck>, BoardError> {
    let chosen = match pack {
        Some(pack) if !pack.is_dir() => {
            return Err(BoardError::new(
                "no_pack",
                format!(
                    "{} is not a folder; name the folder of a pack",
                    pack.display()
                ),
            ));
        }
        Some(pack) => vec![pack.to_owned()],
        None => folders.to_vec(),
    };
    let set = PackSet::open(&chosen);
    let ready = set.packs().map(|pack| {
        let identity = pack.identity();
        let reasons = pack.check_reasons();
        let verdict = match (set.check_of(pack), &reasons) {
            (_, Err(error)) => format!("{}: {error}", error.code()),
            (None, Ok(_)) => String::new(),
            (Some(check), Ok(reasons)) => format!(
                "{} golden rows, {reasons} with reasons, largest difference {:.1e}, allowed {:.0e}",
                check.rows, check.largest_difference, check.tolerance
            ),
        };
        PackCheck {
            name: format!("{} {}", identity.name, identity.version),
            ready: reasons.is_ok(),
            verdict,
        }
    });
    let outlining = set.segmentations().map(|(pack, check)| PackCheck {
        name: format!("{} {}", pack.model().pack, pack.model().version),
        ready: true,
        verdict: format!(
            "proposes outlines; {} golden tiles, largest difference {:.1e}, allowed {:.0e}",
            check.rows, check.largest_difference, check.tolerance
        ),
    });
    let refused = set.refused().iter().map(|refused| PackCheck {
        name: refused.name.clone(),
        ready: false,
        verdict: format!("{}: {}", refused.code, refused.detail),
    });
    let checks: Vec<PackCheck> = ready.chain(outlining).chain(refused).collect();
    if checks.is_empty() {
        let looked: Vec<String> = chosen
            .iter()
            .map(|folder| folder.display().to_string())
            .collect();
        return Err(BoardError::new(
            "no_pack",
            format!(
                "no model pack was found in {}; name a folder with --packs",
                looked.join(", ")
            ),
        ));
    }
    Ok(checks)
}
