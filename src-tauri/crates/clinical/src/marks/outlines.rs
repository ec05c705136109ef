//! Outlines that a site's own model proposes: what it can outline, and whose outline a mark began as.

use super::MarkKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a segmentation model can outline; each is a part of one kind of mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OutlineTarget {
    /// The bony canal: the first part of [`MarkKind::CanalCompromise`].
    Canal,
    /// What narrows the canal: its second part.
    Epidural,
    /// One outline of [`MarkKind::Volume`].
    Lesion,
    /// The first part of [`MarkKind::PsoasArea`].
    PsoasRight,
    /// Its second part.
    PsoasLeft,
}

impl OutlineTarget {
    pub const ALL: [OutlineTarget; 5] = [
        OutlineTarget::Canal,
        OutlineTarget::Epidural,
        OutlineTarget::Lesion,
        OutlineTarget::PsoasRight,
        OutlineTarget::PsoasLeft,
    ];

    /// The name in manifests, and the id of its words.
    pub fn code(self) -> &'static str {
        match self {
            OutlineTarget::Canal => "canal",
            OutlineTarget::Epidural => "epidural",
            OutlineTarget::Lesion => "lesion",
            OutlineTarget::PsoasRight => "psoas_right",
            OutlineTarget::PsoasLeft => "psoas_left",
        }
    }

    /// The target of that name.
    pub fn named(code: &str) -> Option<OutlineTarget> {
        OutlineTarget::ALL
            .into_iter()
            .find(|target| target.code() == code)
    }

    /// The kind of mark that such an outline is a part of.
    pub fn mark_kind(self) -> MarkKind {
        match self {
            OutlineTarget::Canal | OutlineTarget::Epidural => MarkKind::CanalCompromise,
            OutlineTarget::Lesion => MarkKind::Volume,
            OutlineTarget::PsoasRight | OutlineTarget::PsoasLeft => MarkKind::PsoasArea,
        }
    }
}

/// The model whose proposal a mark, or a part of it, began as. A person corrected it or left it as it was;
/// SpineBoard has not validated the model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct OutlineModel {
    /// The pack's name.
    pub pack: String,
    pub version: String,
    /// Of its manifest, which holds those of its files, hexadecimal.
    pub sha256: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_found_by_its_name_and_written_with_it() {
        for target in OutlineTarget::ALL {
            assert_eq!(OutlineTarget::named(target.code()), Some(target));
            let written = toml::Value::try_from(target).ok();
            assert_eq!(written, Some(target.code().into()));
        }
        assert_eq!(OutlineTarget::named("spleen"), None);
    }
}
