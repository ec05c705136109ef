//! Why a mark cannot be measured, as codes for the words of the interface.

use crate::problem::ImagingError;

/// What is wrong with the points of a mark, or with the images that it lies on.
#[derive(Debug, thiserror::Error)]
pub enum MeasureProblem {
    #[error("{found} outlines or sets of points were drawn, this tool needs {needed}")]
    WrongParts { needed: usize, found: usize },
    #[error("{found} points were set, this tool needs {needed}")]
    WrongPoints { needed: usize, found: usize },
    #[error("an outline has at least three points, {found} were set")]
    TooFewPoints { found: usize },
    #[error("{found} outlines were drawn, at most {limit} are measured together")]
    TooManyParts { found: usize, limit: usize },
    #[error("an image holds {found} points, at most {limit} are measured: draw a coarser outline")]
    TooManyPoints { found: usize, limit: usize },
    #[error("a point of the mark is no place in a patient")]
    NotAPlace,
    #[error("the mark lies on an image that is not among these: open its series")]
    UnknownImage,
    #[error("the images do not say how large a pixel is")]
    NoSpacing,
    #[error("the images do not say where they lie in the patient")]
    NoPosition,
    #[error("a point lies {distance:.2} mm away from the plane of its image")]
    OutOfPlane { distance: f64 },
    #[error("the points do not lie in one plane")]
    NotPlanar,
    #[error("outlines are drawn on the images themselves, not on planes made from them")]
    OnlyOnImages,
    #[error("these images make no volume, so that no plane can be laid through it")]
    NotAVolume,
    #[error("two points that make a line are one and the same")]
    NoLine,
    #[error("the diameters of an ellipse cross in their middles, at right angles")]
    NotAnEllipse,
    #[error("the second diameter stands at right angles to the first")]
    NotPerpendicular,
    #[error("the outline crosses itself")]
    CrossesItself,
    #[error("the outline has no area")]
    NoArea,
    #[error("both outlines belong on one image")]
    NotOneImage,
    #[error("the outlines lie on images of more than one direction")]
    NotParallel,
    #[error("this is measured on an axial image")]
    NotAxial,
    #[error("a displacement to the front is measured on a sagittal image")]
    NotSagittal,
    #[error("what narrows the canal has to lie in the canal, which is drawn first")]
    NarrowingOutsideCanal,
    #[error("the first outline is the right muscle, the second the left one")]
    SidesSwapped,
    #[error("the images lie alone: how thick a slice is they do not say")]
    NoThickness,
    #[error("this is measured on a CT, where values are Hounsfield units")]
    NotHounsfield,
    #[error(transparent)]
    Image(#[from] ImagingError),
}

impl MeasureProblem {
    /// The id of its words.
    pub fn code(&self) -> &'static str {
        match self {
            MeasureProblem::WrongParts { .. } => "measure_wrong_parts",
            MeasureProblem::WrongPoints { .. } => "measure_wrong_points",
            MeasureProblem::TooFewPoints { .. } => "measure_too_few_points",
            MeasureProblem::TooManyParts { .. } => "measure_too_many_parts",
            MeasureProblem::TooManyPoints { .. } => "measure_too_many_points",
            MeasureProblem::NotAPlace => "measure_not_a_place",
            MeasureProblem::UnknownImage => "measure_unknown_image",
            MeasureProblem::NoSpacing => "measure_no_spacing",
            MeasureProblem::NoPosition => "measure_no_position",
            MeasureProblem::OutOfPlane { .. } => "measure_out_of_plane",
            MeasureProblem::NotPlanar => "measure_not_planar",
            MeasureProblem::OnlyOnImages => "measure_only_on_images",
            MeasureProblem::NotAVolume => "measure_not_a_volume",
            MeasureProblem::NoLine => "measure_no_line",
            MeasureProblem::NotAnEllipse => "measure_not_an_ellipse",
            MeasureProblem::NotPerpendicular => "measure_not_perpendicular",
            MeasureProblem::CrossesItself => "measure_crosses_itself",
            MeasureProblem::NoArea => "measure_no_area",
            MeasureProblem::NotOneImage => "measure_not_one_image",
            MeasureProblem::NotParallel => "measure_not_parallel",
            MeasureProblem::NotAxial => "measure_not_axial",
            MeasureProblem::NotSagittal => "measure_not_sagittal",
            MeasureProblem::NarrowingOutsideCanal => "measure_narrowing_outside_canal",
            MeasureProblem::SidesSwapped => "measure_sides_swapped",
            MeasureProblem::NoThickness => "measure_no_thickness",
            MeasureProblem::NotHounsfield => "measure_not_hounsfield",
            MeasureProblem::Image(_) => "measure_image",
        }
    }
}
