//! Courses of treatment, given and planned: each change is one revision. What no course can be is refused in words;
//! how high a dose may be, or in how many fractions, is not judged.

use crate::{Board, BoardError, CaseView, CourseInput, new_id};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clinical::case::{Case, CourseFault, TreatmentCourse};

/// A case may have as many; more are a fault of a program.
const MOST_COURSES: usize = 500;

/// Far above what anybody counts, and within what a case file holds.
const MOST_FRACTIONS: f64 = 10_000.0;

impl Board {
    /// Adds a course of treatment.
    pub fn add_course(&self, case_id: &str, input: CourseInput) -> Result<CaseView, BoardError> {
        let course = self.course(new_id(), input)?;
        self.change(case_id, "course_added", |case| {
            if case.courses.len() >= MOST_COURSES {
                let message =
                    format!("A case holds at most {MOST_COURSES} treatments; remove some first.");
                return Err(BoardError::new("too_many_courses", message));
            }
            case.courses.push(course);
            Ok(())
        })
    }

    /// Corrects a course; who corrected it last is its author. A plan that was carried out is corrected to a
    /// course that was given.
    pub fn change_course(
        &self,
        case_id: &str,
        id: &str,
        input: CourseInput,
    ) -> Result<CaseView, BoardError> {
        let course = self.course(id.to_owned(), input)?;
        self.change(case_id, "course_changed", |case| {
            *known(case, id)? = course;
            Ok(())
        })
    }

    /// Takes a course away; it stays in the earlier revisions.
    pub fn remove_course(&self, case_id: &str, id: &str) -> Result<CaseView, BoardError> {
        self.change(case_id, "course_removed", |case| {
            known(case, id)?;
            case.courses.retain(|course| course.id != id);
            Ok(())
        })
    }

    fn course(&self, id: String, input: CourseInput) -> Result<TreatmentCourse, BoardError> {
        let mut levels = input.levels;
        levels.sort();
        levels.dedup();
        let course = TreatmentCourse {
            id,
            kind: input.kind,
            status: input.status,
            description: input.description.trim().to_owned(),
            levels,
            dose_gray: input.dose_gray,
            fractions: input.fractions.map(counted).transpose()?,
            started_on: input.started_on,
            ended_on: input.ended_on,
            author: self.author()?,
        };
        match course.fault(latest_today(self.now())) {
            Some(fault) => Err(refused(fault)),
            None => Ok(course),
        }
    }
}

/// The day that it is by now in the easternmost time zone (UTC+14): a course of this morning in Asia bears a day
/// that has not come in UTC.
fn latest_today(now: DateTime<Utc>) -> NaiveDate {
    let eastern = now.checked_add_signed(TimeDelta::hours(14));
    eastern.unwrap_or(now).date_naive()
}

fn counted(fractions: f64) -> Result<u32, BoardError> {
    if fractions.fract() == 0.0 && (1.0..=MOST_FRACTIONS).contains(&fractions) {
        return Ok(fractions as u32);
    }
    Err(refused(CourseFault::NoFractions))
}

fn refused(fault: CourseFault) -> BoardError {
    match fault {
        CourseFault::EndsBeforeItStarts => BoardError::new(
            "course_ends_before_it_starts",
            "The treatment ends before it starts. Correct one of the two days.",
        ),
        CourseFault::DoseNotPositive => BoardError::new(
            "course_dose_not_positive",
            "A dose is a number above 0, in Gy. Correct it or leave it blank.",
        ),
        CourseFault::NoFractions => BoardError::new(
            "course_no_fractions",
            "Fractions are counted: 1, 2, 3 and so on. Correct the number or leave it blank.",
        ),
        CourseFault::DoseWithoutRadiotherapy => BoardError::new(
            "course_dose_without_radiotherapy",
            "Gray and fractions are of radiotherapy alone. Leave them blank or choose another kind.",
        ),
        CourseFault::GivenInTheFuture => BoardError::new(
            "course_in_the_future",
            "A treatment that was given cannot lie in the future. Leave the end blank while it runs, or say that it is planned.",
        ),
    }
}

fn known<'case>(case: &'case mut Case, id: &str) -> Result<&'case mut TreatmentCourse, BoardError> {
    let found = case.courses.iter_mut().find(|course| course.id == id);
    found.ok_or_else(|| BoardError::new("unknown_course", "This treatment is already gone."))
}
