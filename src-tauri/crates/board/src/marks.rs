//! Marks on images and labels of vertebrae: each change is one revision, its values are computed by
//! `imaging` from points and pixels, and nothing of it becomes a fact before a reader has confirmed it.

use crate::{
    Board, BoardError, CaseView, Level, MarkInput, MarkPartInput, SpineLabelsInput, images::find,
    new_id,
};
use clinical::{
    case::Case,
    marks::{Mark, MarkPart, Point, SpineLabel, SpineLabels, VertebraCounts},
};
use imaging::{
    ImageRef, ImagingError, Series, Stack, Study,
    measure::{MeasureProblem, canal::propose_canal, measure, part_on_plane},
};

/// A case may have as many; more are a fault of a program.
const MOST_MARKS: usize = 2000;

impl Board {
    /// Saves a mark with its values. Without a level, the nearest labelled vertebra is taken.
    pub fn draw_mark(&self, case_id: &str, input: MarkInput) -> Result<CaseView, BoardError> {
        let mark = self.mark(new_id(), input)?;
        self.change(case_id, "mark_drawn", |case| {
            if case.marks.len() >= MOST_MARKS {
                let message =
                    format!("A case holds at most {MOST_MARKS} marks; remove some first.");
                return Err(BoardError::new("too_many_marks", message));
            }
            let mark = at_a_level(mark, case);
            case.marks.push(mark);
            Ok(())
        })
    }

    /// Puts a mark's points elsewhere and measures anew; who drew it last is its author.
    pub fn redraw_mark(
        &self,
        case_id: &str,
        id: &str,
        input: MarkInput,
    ) -> Result<CaseView, BoardError> {
        let drawn = self.mark(id.to_owned(), input)?;
        self.change(case_id, "mark_redrawn", |case| {
            let mark = known(case, id)?;
            let proposed_by = std::mem::take(&mut mark.proposed_by);
            *mark = Mark {
                proposed_by,
                ..drawn
            };
            Ok(())
        })
    }

    /// Says at which level a mark lies, and what there is to say about it.
    pub fn describe_mark(
        &self,
        case_id: &str,
        id: &str,
        level: Option<Level>,
        note: &str,
    ) -> Result<CaseView, BoardError> {
        self.change(case_id, "mark_described", |case| {
            let mark = known(case, id)?;
            mark.level = level;
            mark.note = note.trim().to_owned();
            Ok(())
        })
    }

    /// Takes a mark away; it stays in the earlier revisions, and facts that were confirmed from it stay too.
    pub fn remove_mark(&self, case_id: &str, id: &str) -> Result<CaseView, BoardError> {
        self.change(case_id, "mark_removed", |case| {
            known(case, id)?;
            case.marks.retain(|mark| mark.id != id);
            Ok(())
        })
    }

    /// Labels the vertebrae of a frame of reference, in place of earlier labels. No labels take them away.
    pub fn label_spine(
        &self,
        case_id: &str,
        input: SpineLabelsInput,
    ) -> Result<CaseView, BoardError> {
        let labels = SpineLabels {
            frame_of_reference_uid: input.frame_of_reference_uid,
            anchor: input.anchor,
            thoracic: input.thoracic,
            lumbar: input.lumbar,
            labels: in_order(input.labels, input.thoracic, input.lumbar)?,
            labelled_at: self.now(),
            author: self.author()?,
        };
        self.change(case_id, "spine_labelled", |case| {
            let frame = &labels.frame_of_reference_uid;
            case.spine_labels
                .retain(|known| known.frame_of_reference_uid != *frame);
            if !labels.labels.is_empty() {
                case.spine_labels.push(labels);
            }
            Ok(())
        })
    }

    /// Proposes the outline of the bony canal around a place on an image; nothing is saved. See
    /// [`imaging::measure::canal`].
    pub fn propose_canal(
        &self,
        stack_id: &str,
        image_index: u32,
        point: Point,
    ) -> Result<MarkPartInput, BoardError> {
        let open = self.open();
        let (_, series, stack) = find(&open.library, stack_id)?;
        let frames = |image: &ImageRef| open.cache.frame(image);
        let proposed = propose_canal(series, stack, image_index as usize, point, &frames)
            .map_err(|problem| not_measurable(&problem, problem.code()))?;
        Ok(MarkPartInput {
            image_index,
            points: proposed.part.points,
        })
    }

    fn mark(&self, id: String, input: MarkInput) -> Result<Mark, BoardError> {
        let open = self.open();
        let (study, series, stack) = find(&open.library, &input.stack_id)?;
        let parts = match (input.reformatted_normal, input.parts.as_slice()) {
            (None, parts) => parts_of(stack, parts)?,
            (Some(normal), [part]) => {
                let part = part_on_plane(input.kind, part.points.clone(), normal, stack)
                    .map_err(|problem| not_measurable(&problem, problem.code()))?;
                vec![part]
            }
            (Some(_), parts) => {
                let (needed, found) = (1, parts.len());
                let problem = MeasureProblem::WrongParts { needed, found };
                return Err(not_measurable(&problem, problem.code()));
            }
        };
        let frames = |image: &ImageRef| open.cache.frame(image);
        let measured = measure(input.kind, &parts, series, stack, &frames)
            .map_err(|problem| not_measurable(&problem, problem.code()))?;
        let frame_of_reference = stack.frame_of_reference_uid.trim();
        Ok(Mark {
            id,
            kind: input.kind,
            study_instance_uid: study.uid.clone(),
            series_instance_uid: series.uid.clone(),
            frame_of_reference_uid: (!frame_of_reference.is_empty())
                .then(|| frame_of_reference.to_owned()),
            modality: series.modality.clone(),
            study_date: day_of(study, series),
            reformatted_normal: input.reformatted_normal,
            parts,
            window_center: input.window_center,
            window_width: input.window_width,
            level: input.level,
            note: input.note.trim().to_owned(),
            measured,
            proposed_by: self.outline_models(&input.proposed_by)?,
            drawn_at: self.now(),
            author: self.author()?,
        })
    }
}

pub(crate) fn not_measurable(problem: &dyn std::error::Error, code: &str) -> BoardError {
    BoardError::new("not_measurable", problem.to_string()).with("reason", code)
}

fn known<'case>(case: &'case mut Case, id: &str) -> Result<&'case mut Mark, BoardError> {
    let found = case.marks.iter_mut().find(|mark| mark.id == id);
    found.ok_or_else(|| BoardError::new("unknown_mark", "This mark is already gone."))
}

fn parts_of(stack: &Stack, parts: &[MarkPartInput]) -> Result<Vec<MarkPart>, BoardError> {
    let part = |part: &MarkPartInput| {
        let index = part.image_index as usize;
        let image = stack.images.get(index).ok_or(ImagingError::NoSuchImage {
            index,
            count: stack.images.len(),
        })?;
        Ok(MarkPart {
            sop_instance_uid: image.sop_instance_uid.clone(),
            frame: image.frame,
            points: part.points.clone(),
        })
    };
    parts.iter().map(part).collect()
}

fn day_of(study: &Study, series: &Series) -> Option<chrono::NaiveDate> {
    series.date.or(study.date)
}

/// The level of the nearest labelled vertebra, where none was named.
fn at_a_level(mut mark: Mark, case: &Case) -> Mark {
    let frame = mark.frame_of_reference_uid.as_deref();
    let labels = case
        .spine_labels
        .iter()
        .find(|labels| Some(labels.frame_of_reference_uid.as_str()) == frame);
    let points = || mark.parts.iter().flat_map(|part| &part.points);
    let count = points().count() as f64;
    if let (None, Some(labels), true) = (mark.level, labels, count > 0.0) {
        let middle = [0, 1, 2].map(|axis| points().map(|point| point[axis]).sum::<f64>() / count);
        mark.level = labels.nearest(middle);
    }
    mark
}

/// Labels from head to foot, each vertebra once and lower than the one before.
fn in_order(
    mut labels: Vec<SpineLabel>,
    thoracic: Option<u8>,
    lumbar: Option<u8>,
) -> Result<Vec<SpineLabel>, BoardError> {
    let refused = |message: &str| BoardError::new("labels_refused", message);
    let counts = VertebraCounts::new(thoracic, lumbar).ok_or_else(|| {
        refused("There are 11 to 13 thoracic and 4 to 6 lumbar vertebrae; correct the numbers.")
    })?;
    labels.sort_by_key(|label| label.level);
    if labels
        .iter()
        .any(|label| !label.point.iter().all(|number| number.is_finite()))
    {
        return Err(refused("A label lies nowhere. Label this vertebra again."));
    }
    if let Some(label) = labels.iter().find(|label| !counts.has(label.level)) {
        let level = label.level.name();
        let message = format!(
            "This patient has no {level}, as was said; correct the numbers of vertebrae or the label."
        );
        return Err(refused(&message).with("level", level));
    }
    for pair in labels.windows(2) {
        let (upper, lower) = (&pair[0], &pair[1]);
        if upper.level == lower.level || lower.point[2] >= upper.point[2] {
            let (upper, lower) = (upper.level.name(), lower.level.name());
            let message = format!("{lower} is not below {upper}. Look at the order of the labels.");
            return Err(refused(&message).with("level", lower));
        }
    }
    Ok(labels)
}
