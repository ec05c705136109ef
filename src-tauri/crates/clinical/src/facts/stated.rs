//! What a case states outside its observations: the level in question, the age by the birth date,
//! and treatments at the level by the courses.

use crate::{
    case::{Case, TreatmentKind, Value},
    catalogue::FeatureId,
    level::Level,
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The facts that follow from the rest of the case on a day. A course says that a treatment was
/// given, unless it is planned; that none is listed does not say that none was given.
pub(crate) fn stated(
    case: &Case,
    index_date: NaiveDate,
    level: Option<Level>,
) -> BTreeMap<FeatureId, Value> {
    let mut stated = BTreeMap::new();
    let mut state = |id: &str, value: Value| stated.insert(FeatureId::unchecked(id), value);
    let born = case.identity.birth_date;
    if let Some(years) = born.and_then(|born| index_date.years_since(born)) {
        state("age", Value::Number(f64::from(years)));
    }
    if let Some(level) = level {
        state("vertebral_level", Value::Code(level.name().to_owned()));
        let given = |kinds: &[TreatmentKind]| {
            let mut courses = case
                .courses
                .iter()
                .filter(|course| kinds.contains(&course.kind));
            courses.any(|course| course.levels.contains(&level) && course.began_before(index_date))
        };
        let radiotherapy = [
            TreatmentKind::StereotacticRadiotherapy,
            TreatmentKind::ConventionalRadiotherapy,
        ];
        if given(&radiotherapy) {
            state("prior_radiotherapy_at_level", Value::Flag(true));
        }
        if given(&[TreatmentKind::Surgery]) {
            state("prior_surgery_at_level", Value::Flag(true));
        }
    }
    stated
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::case::{CourseStatus, Identity, TreatmentCourse};

    fn radiotherapy(level: &str, started_on: &str) -> TreatmentCourse {
        TreatmentCourse {
            id: "r".into(),
            kind: TreatmentKind::ConventionalRadiotherapy,
            status: CourseStatus::Given,
            description: String::new(),
            levels: vec![level.parse().expect("a level")],
            dose_gray: Some(20.0),
            fractions: Some(5),
            cord_dose_gray: None,
            started_on: started_on.parse().ok(),
            ended_on: None,
            author: "test".into(),
        }
    }

    fn radiated(course: TreatmentCourse) -> Option<Value> {
        let mut case = Case::new("c".into(), Identity::default());
        case.courses.push(course);
        let stated = stated(&case, "2026-03-15".parse().unwrap(), "T8".parse().ok());
        stated
            .get(&FeatureId::unchecked("prior_radiotherapy_at_level"))
            .cloned()
    }

    #[test]
    fn a_course_before_the_day_at_the_level_is_an_earlier_treatment() {
        assert_eq!(
            radiated(radiotherapy("T8", "2025-01-10")),
            Some(Value::Flag(true))
        );
        assert_eq!(radiated(radiotherapy("T9", "2025-01-10")), None);
        assert_eq!(radiated(radiotherapy("T8", "2026-03-15")), None);
        assert_eq!(radiated(radiotherapy("T8", "")), None);
    }

    #[test]
    fn a_plan_is_no_earlier_treatment_whenever_it_was_meant_to_begin() {
        let plan = TreatmentCourse {
            status: CourseStatus::Planned,
            ..radiotherapy("T8", "2025-01-10")
        };
        assert_eq!(radiated(plan), None);
    }
}
