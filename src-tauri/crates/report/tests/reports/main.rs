//! Reports judged from outside, by free PDF tools.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod content;
mod decided;
mod german;
mod guidance;
mod hostile;
mod meetings;
mod referrer;
mod rendered;
mod sample;
mod tools;
mod week;
mod year;
