//! Files to patients' studies, to series, to stacks of images that belong together.
//!
//! Nothing depends on the order of files: images are ordered by where they lie along the normal
//! of their slice, and where they do not lie anywhere, by instance number, UID and frame.

use crate::{
    geometry,
    header::{FrameFacts, ImageHeader},
    library::{ImageRef, Plane, Rescale, Series, Stack, StackNote, Study},
    pixels::PixelFormat,
};
use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
};

/// Pixel spacings are one when they agree to a ten-thousandth.
const SPACING_AGREEMENT: f64 = 1e-4;

pub(crate) type ReadFile = (PathBuf, ImageHeader);

/// Groups files without copies, sorted by path.
pub(crate) fn studies(files: Vec<ReadFile>) -> Vec<Study> {
    let mut studies: BTreeMap<_, BTreeMap<_, Vec<ReadFile>>> = BTreeMap::new();
    for (path, header) in files {
        let study = (header.patient.clone(), header.study_uid.clone());
        let series = (header.series_uid.clone(), header.modality.clone());
        studies
            .entry(study)
            .or_default()
            .entry(series)
            .or_default()
            .push((path, header));
    }
    let mut studies: Vec<Study> = studies.into_values().filter_map(study).collect();
    studies.sort_by(|a, b| (&a.patient, a.date, &a.uid).cmp(&(&b.patient, b.date, &b.uid)));
    number_stacks(&mut studies);
    studies
}

/// One series UID may stand under several patients or modalities; a stack of one must never be taken
/// for a stack of the other.
fn number_stacks(studies: &mut [Study]) {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let series = studies.iter_mut().flat_map(|study| &mut study.series);
    for series in series {
        let number = numbers.entry(series.uid.clone()).or_default();
        for stack in &mut series.stacks {
            *number += 1;
            stack.id = format!("{}.{number}", series.uid);
        }
    }
}

fn study(series: BTreeMap<(String, String), Vec<ReadFile>>) -> Option<Study> {
    let first = &series.values().next()?.first()?.1;
    let mut study = Study {
        uid: first.study_uid.clone(),
        description: first.study_description.clone(),
        date: first.study_date,
        patient: first.patient.clone(),
        series: Vec::new(),
    };
    study.series = series.into_values().filter_map(one_series).collect();
    study
        .series
        .sort_by(|a, b| (a.number, &a.uid, &a.modality).cmp(&(b.number, &b.uid, &b.modality)));
    Some(study)
}

fn one_series(files: Vec<ReadFile>) -> Option<Series> {
    let first = &files.first()?.1;
    let mut series = Series {
        uid: first.series_uid.clone(),
        number: first.series_number,
        modality: first.modality.clone(),
        description: first.series_description.clone(),
        body_part: first.body_part.clone(),
        date: first.series_date,
        derived_identifiers: first.derived_identifiers,
        stacks: Vec::new(),
    };
    let mut frames: Vec<Frame> = files.into_iter().flat_map(frames_of).collect();
    frames.sort_by(|a, b| a.sequence().cmp(&b.sequence()));
    let mut clusters: Vec<Vec<Frame>> = Vec::new();
    for frame in frames {
        match clusters
            .iter_mut()
            .find(|cluster| cluster[0].belongs_with(&frame))
        {
            Some(cluster) => cluster.push(frame),
            None => clusters.push(vec![frame]),
        }
    }
    series.stacks = clusters
        .into_iter()
        .flat_map(part_passes)
        .map(stack)
        .collect();
    Some(series)
}

/// One frame with all that decides which stack it goes to.
struct Frame {
    image: ImageRef,
    facts: FrameFacts,
    pass: String,
    frame_of_reference_uid: String,
    rows: u16,
    columns: u16,
    format: PixelFormat,
    padding: Option<crate::library::Padding>,
}

impl Frame {
    fn sequence(&self) -> (Option<i32>, &str, u32) {
        let image = &self.image;
        (image.instance_number, &image.sop_instance_uid, image.frame)
    }

    fn belongs_with(&self, other: &Frame) -> bool {
        let spacing = match (self.facts.spacing, other.facts.spacing) {
            (Some(a), Some(b)) => (0..2).all(|n| (a[n] - b[n]).abs() <= SPACING_AGREEMENT * a[n]),
            (None, None) => true,
            _ => false,
        };
        let orientation = match (self.facts.orientation, other.facts.orientation) {
            (Some(a), Some(b)) => geometry::same_orientation(a, b),
            (None, None) => true,
            _ => false,
        };
        self.rows == other.rows
            && self.columns == other.columns
            && self.format == other.format
            && self.frame_of_reference_uid == other.frame_of_reference_uid
            && spacing
            && orientation
    }

    /// Distance along the normal; none without geometry.
    fn place(&self) -> Option<f64> {
        let normal = geometry::normal(self.facts.orientation?);
        Some(geometry::dot(self.facts.position?, normal))
    }
}

fn frames_of((path, header): ReadFile) -> Vec<Frame> {
    let mut frames = Vec::with_capacity(header.frames.len());
    for (index, mut facts) in header.frames.into_iter().enumerate() {
        facts.orientation = facts.orientation.and_then(geometry::checked_orientation);
        if facts.position.is_none() || facts.orientation.is_none() {
            facts.position = None;
            facts.orientation = None;
        }
        frames.push(Frame {
            image: ImageRef {
                sop_instance_uid: header.sop_instance_uid.clone(),
                frame: index as u32 + 1,
                path: path.clone(),
                instance_number: header.instance_number,
                position: facts.position,
                rescale: facts.rescale.unwrap_or(Rescale::NONE),
            },
            pass: format!("{}|{}", header.pass, facts.pass),
            facts,
            frame_of_reference_uid: header.frame_of_reference_uid.clone(),
            rows: header.shape.rows,
            columns: header.shape.columns,
            format: header.shape.format.clone(),
            padding: header.padding,
        });
    }
    frames
}

/// Parts frames that lie at the same places into their passes (echoes, times, kinds), where that
/// resolves the doubling; else they stay together and the stack says so.
fn part_passes(cluster: Vec<Frame>) -> Vec<Vec<Frame>> {
    if !has_duplicate_places(&cluster) {
        return vec![cluster];
    }
    let mut passes: Vec<(String, Vec<usize>)> = Vec::new();
    for (index, frame) in cluster.iter().enumerate() {
        match passes.iter_mut().find(|(pass, _)| *pass == frame.pass) {
            Some((_, members)) => members.push(index),
            None => passes.push((frame.pass.clone(), vec![index])),
        }
    }
    let mut groups: Vec<Vec<Frame>> = passes.iter().map(|_| Vec::new()).collect();
    for frame in cluster {
        if let Some(at) = passes.iter().position(|(pass, _)| *pass == frame.pass) {
            groups[at].push(frame);
        }
    }
    if groups.iter().any(|group| has_duplicate_places(group)) {
        let mut together: Vec<Frame> = groups.into_iter().flatten().collect();
        together.sort_by(|a, b| a.sequence().cmp(&b.sequence()));
        return vec![together];
    }
    groups
}

fn has_duplicate_places(frames: &[Frame]) -> bool {
    let mut places: Vec<f64> = frames.iter().filter_map(Frame::place).collect();
    places.sort_by(f64::total_cmp);
    places.windows(2).any(|pair| pair[1] - pair[0] < 0.01)
}

/// Orders one group of frames and says what it is; the id is given by the caller.
fn stack(mut frames: Vec<Frame>) -> Stack {
    frames.sort_by(|a, b| match (a.place(), b.place()) {
        (Some(here), Some(there)) => here
            .total_cmp(&there)
            .then_with(|| a.sequence().cmp(&b.sequence())),
        _ => a.sequence().cmp(&b.sequence()),
    });
    let middle = &frames[frames.len() / 2];
    let orientation = middle.facts.orientation;
    let mut is_volume = false;
    let mut spacing = None;
    let mut notes: Vec<StackNote> = Vec::new();
    if let Some(orientation) = orientation {
        let positions: Vec<_> = frames
            .iter()
            .filter_map(|frame| frame.image.position)
            .collect();
        let pixel = middle
            .facts
            .spacing
            .map_or(1.0, |[row, column]| row.min(column));
        let evenness = geometry::evenness(&positions, geometry::normal(orientation), pixel);
        is_volume = evenness.is_volume && middle.facts.spacing.is_some();
        spacing = evenness.spacing;
        notes = evenness.notes;
    }
    Stack {
        id: String::new(),
        rows: u32::from(middle.rows),
        columns: u32::from(middle.columns),
        pixel_spacing: middle.facts.spacing,
        orientation,
        frame_of_reference_uid: middle.frame_of_reference_uid.clone(),
        plane: orientation.map_or(Plane::Unknown, geometry::plane),
        is_volume,
        spacing_between_slices: spacing,
        slice_thickness: middle.facts.thickness,
        notes,
        format: middle.format.clone(),
        rescale: middle.image.rescale,
        windows: middle.facts.windows.clone(),
        padding: middle.padding,
        images: frames.into_iter().map(|frame| frame.image).collect(),
    }
}
