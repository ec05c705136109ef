//! One file per section. `draw` functions fill a place on page one and return the y below it;
//! `in_full` functions flow over as many pages as they need.

pub(crate) mod agreement;
pub(crate) mod benefit;
pub(crate) mod checklists;
pub(crate) mod cord_dose;
pub(crate) mod curve;
pub(crate) mod estimates;
pub(crate) mod facts;
pub(crate) mod findings;
pub(crate) mod footer;
pub(crate) mod forecast;
pub(crate) mod forecast_text;
pub(crate) mod identity;
pub(crate) mod images;
pub(crate) mod key_facts;
pub(crate) mod levels;
pub(crate) mod not_computed;
pub(crate) mod pathway;
pub(crate) mod pictures;
pub(crate) mod question;
pub(crate) mod score_rows;
pub(crate) mod score_text;
pub(crate) mod scores;
pub(crate) mod summary;
pub(crate) mod treatments;
