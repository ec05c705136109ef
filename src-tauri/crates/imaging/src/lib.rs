//! Fences dicom-rs: files to series to volumes to geometry.
//!
//! [`scan()`] opens a folder and groups what it finds; [`decode()`] gives the stored values of a frame;
//! [`display`] turns them into what a viewer draws and [`render`] into pictures for a report;
//! [`phantom`] writes a synthetic patient. Nothing here decides anything medical.

pub mod charset;
mod codestream;
mod decode;
mod fragments;
mod functional_groups;
mod geometry;
mod grouping;
mod header;
pub mod library;
mod part10;
pub mod pixels;
pub mod problem;
mod rle;
mod scan;
mod wanted;

pub use decode::{decode, pixel_hash};
pub use library::{ImageRef, Library, Series, Stack, Study};
pub use pixels::{PixelKind, Pixels};
pub use problem::{ImagingError, Reason, Refusal};
pub use scan::{Continue, ScanProgress, scan};
