//! Fences dicom-rs: files to series to volumes to geometry.
//!
//! [`scan_all()`] opens folders, archives, discs and files and groups what it finds; [`FrameCache`]
//! gives the stored values of a frame; [`display`] turns them into what a viewer draws and [`render`]
//! into pictures for a report, with marks on them; [`measure()`](measure::measure) computes the values of
//! what was drawn on images; [`worker`] keeps the reading of files from outside in child processes;
//! [`objects`] writes measurements, key images and outlines for other systems; [`phantom`] writes a synthetic
//! patient. Nothing here decides anything medical.

mod archive;
pub mod cache;
mod cells;
pub mod charset;
mod codec;
mod codestream;
mod colour;
mod copies;
mod decode;
pub mod deidentify;
mod dicomdir;
pub mod display;
mod fragments;
mod functional_groups;
pub mod fuzzing;
mod geometry;
mod grouping;
mod header;
pub mod image_plane;
pub mod library;
mod mark_shapes;
pub mod measure;
pub mod objects;
pub mod orientation;
mod part10;
pub mod phantom;
pub mod pixels;
pub mod problem;
mod questions;
pub mod render;
mod rle;
mod scan;
mod source;
mod sources;
mod values;
mod walker;
mod wanted;
pub mod worker;

pub use cache::FrameCache;
pub use decode::{decode, pixel_hash};
pub use display::{StackGeometry, auto_window, stack_geometry};
pub use image_plane::ImagePlane;
pub use library::{ImageRef, Library, LibraryQuestion, MissingFile, Series, Stack, Study};
pub use pixels::{PixelKind, Pixels};
pub use problem::{ImagingError, Reason, Refusal};
pub use render::{draw_marks, from_png, png, render_image};
pub use scan::{Continue, ScanProgress, scan, scan_all};
pub use worker::{WorkerCommand, Workers};
