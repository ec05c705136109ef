//! The core of SpineBoard: the case, the feature catalogue, units, checks, scores and how well they do.
//!
//! Everything here is pure: no files, no clock, no randomness. Assets are compiled in.

pub mod assessment;
pub mod case;
pub mod catalogue;
pub mod checks;
pub mod completeness;
pub mod conditions;
pub mod cord_dose;
pub mod decision;
pub mod evidence;
pub mod facts;
pub mod findings;
pub mod follow_up;
pub mod head_to_head;
pub mod language;
pub mod level;
pub mod marks;
pub mod meeting;
pub mod pathway;
pub mod pathway_clock;
pub mod performance;
pub mod reference_cohorts;
pub mod register;
pub mod scores;
pub mod spine;
pub mod units;
pub mod verification;
pub mod words;
pub mod year;
