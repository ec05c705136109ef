//! The sections of the report of a study, in the order of its pages.

pub(super) mod benefit;
pub(super) mod calibration;
pub(super) mod discrimination;
pub(super) mod figures_on_pages;
pub(super) mod pairs;
pub(super) mod parts;
pub(super) mod reading;
pub(super) mod sources;

/// Digits after the point of AUC, C and Brier scores, and of calibration.
const FINE: usize = 3;
const COARSE: usize = 2;
