//! Courses of treatment, given and planned: each change is one revision. What no course can be is refused in words;
//! how high a dose may be, or in how many fractions, is not judged.

use crate::{Board, BoardError, CaseView, CourseInput, new_id};
use clinical::case::{Case, CourseFault, TreatmentCourse, latest_today};

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
            cord_dose_gray: input.cord_dose_gray,
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

fn counted(fractions: f64) -> Result<u32, BoardError> {
    if fractions.fract() == 0.0 && (1.0..=MOST_FRACTIONS).contains(&fractions) {
        return Ok(fractions as u32);
    }
    Err(refused(CourseFault::NoFractions))
}

fn refused(fault: CourseFault) -> BoardError {
    let code = match fault {
        CourseFault::EndsBeforeItStarts => "course_ends_before_it_starts",
        CourseFault::DoseNotPositive => "course_dose_not_positive",
        CourseFault::NoFractions => "course_no_fractions",
        CourseFault::DoseWithoutRadiotherapy => "course_dose_without_radiotherapy",
        CourseFault::GivenInTheFuture => "course_in_the_future",
    };
    BoardError::new(code, fault.to_string())
}

fn known<'case>(case: &'case mut Case, id: &str) -> Result<&'case mut TreatmentCourse, BoardError> {
    let found = case.courses.iter_mut().find(|course| course.id == id);
    found.ok_or_else(|| BoardError::new("unknown_course", "This treatment is already gone."))
}
