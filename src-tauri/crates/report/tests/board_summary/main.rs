//! Board summaries judged from outside, by free PDF tools.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod content;
mod german;
mod guidance;
mod hostile;
mod sample;
mod tools;
