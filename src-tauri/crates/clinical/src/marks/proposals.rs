//! What a measurement proposes as a fact. Nothing becomes one before a reader has confirmed it.

use super::{Mark, MarkKind, Quantity, Unit, progression::latest_growth_per_month};
use crate::{
    case::{Case, Entry, Source, Subject, Value},
    catalogue::{Catalogue, FeatureId, Per},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Below this loss of height, in %, no class of collapse is proposed: Genant and others (1993,
/// doi:10.1002/jbmr.5650080915) call a vertebra fractured from 20 % on. Recalled, to be checked; SINS itself names
/// no least loss.
pub const LEAST_HEIGHT_LOSS: f64 = 20.0;

/// Classes of SINS (Fisher 2010, doi:10.1097/BRS.0b013e3181e16ae2); exactly 50 % has none there, and the worse one is
/// proposed, as the catalogue says.
const HALF: f64 = 50.0;

/// Up to this mean of a lesion's pixels on CT, in HU, it is proposed as lytic: mean and one standard deviation of
/// the lytic bone metastases in Vassiliou and others (Clin Exp Metastasis 2007;24:49-56, 80 patients, abstract
/// read): 116.3 ± 40.4 HU. That one deviation is the border is a working rule of this program.
const MOST_LYTIC: f64 = 116.3 + 40.4;
/// From this mean on it is proposed as blastic: 444 ± 86.6 HU for the sclerotic ones there. The mixed ones lay
/// between the two, their figures were not read. Elsewhere lytic metastases of the spine had 194.8 ± 123.0 HU
/// (Foerster and others 2015, doi:10.1186/s13014-015-0368-x, 135 lesions, abstract read) and untreated blastic ones
/// 654 ± 176 HU (Ulano and others 2016, doi:10.2214/AJR.15.15559, 153 lesions, abstract read), so that the mean alone tells
/// lytic from mixed badly; `proposal.lesion_character` says so.
const LEAST_BLASTIC: f64 = 444.0 - 86.6;

/// A fact that a mark proposes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Proposal {
    /// Id of the mark; of two, the later one.
    pub mark: String,
    pub feature: FeatureId,
    pub subject: Subject,
    pub value: Value,
    pub rule: ProposalRule,
    /// The day of the images.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_on: Option<NaiveDate>,
    pub source: Source,
    /// The case has this value from this mark already.
    pub is_recorded: bool,
}

/// How the value follows from the mark; the words `proposal.<rule>` say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProposalRule {
    /// The measured value, rounded.
    Measured,
    /// Rise since the latest earlier image, per month of 30.4375 days; 0 where it did not rise.
    Growth,
    /// The class of the measured loss of height.
    CollapseClass,
    /// The class of the mean CT number of an outlined lesion.
    LesionCharacter,
}

/// Everything that the marks of a case propose, in the order of the marks. A mark without a level proposes nothing.
pub fn proposals(case: &Case, catalogue: &Catalogue) -> Vec<Proposal> {
    let mut found = Vec::new();
    for mark in &case.marks {
        for (feature, value, rule) in values(mark, &case.marks) {
            let Ok(feature) = catalogue.id(feature) else {
                continue;
            };
            let per = catalogue.feature(&feature).map(|feature| feature.per);
            found.extend(proposal(case, mark, feature, per, value, rule));
        }
    }
    found
}

fn values(mark: &Mark, marks: &[Mark]) -> Vec<(&'static str, Value, ProposalRule)> {
    let measured = |quantity| mark.value(quantity);
    let rounded = |value: f64| Value::Number((value * 10.0).round() / 10.0);
    match mark.kind {
        MarkKind::CanalCompromise => {
            let own = measured(Quantity::CanalCompromise)
                .map(|value| ("canal_compromise", rounded(value), ProposalRule::Measured));
            let growth =
                latest_growth_per_month(mark, marks, Quantity::CanalCompromise).map(|growth| {
                    (
                        "canal_compromise_per_month",
                        rounded(growth.max(0.0)),
                        ProposalRule::Growth,
                    )
                });
            own.into_iter().chain(growth).collect()
        }
        MarkKind::Volume => {
            let volume = measured(Quantity::Volume)
                .map(|value| ("tumour_volume", rounded(value), ProposalRule::Measured));
            let character = mean_ct_number(mark).map(|mean| {
                let class = match mean {
                    mean if mean <= MOST_LYTIC => "lytic",
                    mean if mean < LEAST_BLASTIC => "mixed",
                    _ => "blastic",
                };
                let class = Value::Code(class.to_owned());
                ("lesion_type", class, ProposalRule::LesionCharacter)
            });
            volume.into_iter().chain(character).collect()
        }
        MarkKind::HeightLoss => measured(Quantity::HeightLoss)
            .filter(|loss| *loss >= LEAST_HEIGHT_LOSS)
            .map(|loss| {
                let class = if loss < HALF { "under_50" } else { "over_50" };
                (
                    "vertebral_collapse",
                    Value::Code(class.to_owned()),
                    ProposalRule::CollapseClass,
                )
            })
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

fn mean_ct_number(mark: &Mark) -> Option<f64> {
    let mut measured = mark.measured.iter();
    let is_mean =
        |one: &&super::Measured| one.quantity == Quantity::Mean && one.unit == Unit::Hounsfield;
    Some(measured.find(is_mean)?.value)
}

fn proposal(
    case: &Case,
    mark: &Mark,
    feature: FeatureId,
    per: Option<Per>,
    value: Value,
    rule: ProposalRule,
) -> Option<Proposal> {
    let level = mark.level?;
    let subject = match per {
        // The lesion that lies there, where there is one; else one that bears the name of its level.
        Some(Per::Lesion) => Subject::Lesion(match case.lesion_at(level) {
            Some(lesion) => lesion.name,
            None => level.name().to_owned(),
        }),
        _ => Subject::Level(level),
    };
    let source = Source::Image {
        sop_instance_uid: mark.parts.first()?.sop_instance_uid.clone(),
        mark: Some(mark.id.clone()),
    };
    let is_recorded = case.observations.iter().any(|observation| {
        let known =
            matches!(&observation.entry, Entry::Known { value: known, .. } if *known == value);
        known
            && observation.feature == feature
            && observation.subject == subject
            && observation.source == source
    });
    Some(Proposal {
        mark: mark.id.clone(),
        feature,
        subject,
        value,
        rule,
        observed_on: mark.study_date,
        source,
        is_recorded,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        case::{Identity, Lesion, Observation},
        marks::{Measured, tests::mark},
    };

    fn case(marks: Vec<Mark>) -> Case {
        let mut case = Case::new("c".to_owned(), Identity::default());
        case.marks = marks;
        case
    }

    fn told(case: &Case) -> Vec<(String, Value)> {
        proposals(case, Catalogue::shipped())
            .into_iter()
            .map(|one| (one.feature.to_string(), one.value))
            .collect()
    }

    fn of(kind: MarkKind, quantity: Quantity, value: f64, day: &str) -> Mark {
        let mut mark = mark(kind, day);
        mark.measured = vec![Measured {
            quantity,
            value,
            unit: crate::marks::Unit::Percent,
        }];
        mark
    }

    #[test]
    fn canal_compromise_is_proposed_with_its_growth_since_the_image_before() {
        let taken = |value, day| {
            of(
                MarkKind::CanalCompromise,
                Quantity::CanalCompromise,
                value,
                day,
            )
        };
        let case = case(vec![
            taken(10.04, "2026-01-01"),
            taken(40.0, "2026-03-02"),
            taken(20.0, "2026-01-31"),
        ]);
        let number = |feature: &str, value| (feature.to_owned(), Value::Number(value));
        assert_eq!(
            told(&case),
            [
                number("canal_compromise", 10.0),
                number("canal_compromise", 40.0),
                // 20 % in 30 days, so 20.3 in 30.4375.
                number("canal_compromise_per_month", 20.3),
                number("canal_compromise", 20.0),
                number("canal_compromise_per_month", 10.1),
            ]
        );
    }

    #[test]
    fn a_shrinking_tumour_grows_by_nothing() {
        let taken = |value, day| {
            of(
                MarkKind::CanalCompromise,
                Quantity::CanalCompromise,
                value,
                day,
            )
        };
        let case = case(vec![taken(40.0, "2026-01-01"), taken(20.0, "2026-02-01")]);
        let growth = told(&case).pop().unwrap();
        assert_eq!(
            growth,
            ("canal_compromise_per_month".to_owned(), Value::Number(0.0))
        );
    }

    #[test]
    fn the_class_of_collapse_follows_from_the_loss_of_height_and_none_below_a_fifth() {
        let class = |loss| {
            told(&case(vec![of(
                MarkKind::HeightLoss,
                Quantity::HeightLoss,
                loss,
                "2026-03-02",
            )]))
        };
        let code = |class: &str| {
            vec![(
                "vertebral_collapse".to_owned(),
                Value::Code(class.to_owned()),
            )]
        };
        assert_eq!(class(19.9), []);
        assert_eq!(class(20.0), code("under_50"));
        assert_eq!(class(49.9), code("under_50"));
        assert_eq!(class(50.0), code("over_50"));
    }

    /// 116.3 + 40.4 = 156.7 and 444 − 86.6 = 357.4.
    #[test]
    fn a_lesion_outlined_on_ct_proposes_its_character_by_the_mean() {
        let lesion = |mean, unit| {
            let mut mark = of(MarkKind::Volume, Quantity::Volume, 3.0, "2026-03-02");
            mark.measured.push(Measured {
                quantity: Quantity::Mean,
                value: mean,
                unit,
            });
            let mut told = told(&case(vec![mark]));
            assert_eq!(told.remove(0).0, "tumour_volume");
            told.pop()
        };
        let code = |class: &str| Some(("lesion_type".to_owned(), Value::Code(class.to_owned())));
        assert_eq!(lesion(-20.0, Unit::Hounsfield), code("lytic"));
        assert_eq!(lesion(156.6, Unit::Hounsfield), code("lytic"));
        assert_eq!(lesion(156.8, Unit::Hounsfield), code("mixed"));
        assert_eq!(lesion(357.3, Unit::Hounsfield), code("mixed"));
        assert_eq!(lesion(357.5, Unit::Hounsfield), code("blastic"));
        assert_eq!(lesion(900.0, Unit::None), None);
    }

    #[test]
    fn without_a_level_nothing_is_proposed_and_what_was_confirmed_is_known() {
        let mut volume = of(MarkKind::Volume, Quantity::Volume, 12.34, "2026-03-02");
        volume.level = None;
        assert_eq!(told(&case(vec![volume.clone()])), []);
        volume.level = "L1".parse().ok();
        let mut case = case(vec![volume]);
        let proposed = proposals(&case, Catalogue::shipped()).remove(0);
        assert_eq!(proposed.subject, Subject::Lesion("L1".to_owned()));
        assert!(!proposed.is_recorded);
        case.observations.push(Observation {
            id: "o".to_owned(),
            feature: proposed.feature.clone(),
            subject: proposed.subject.clone(),
            entry: Entry::Known {
                value: proposed.value.clone(),
                unit: None,
            },
            observed_on: proposed.observed_on,
            recorded_at: case.marks[0].drawn_at,
            source: proposed.source,
            author: "Dr Test".to_owned(),
            note: None,
        });
        assert!(proposals(&case, Catalogue::shipped())[0].is_recorded);
    }

    #[test]
    fn a_volume_is_of_the_lesion_that_lies_there() {
        let mut case = case(vec![of(
            MarkKind::Volume,
            Quantity::Volume,
            12.34,
            "2026-03-02",
        )]);
        let lesion = |name: &str| Lesion {
            name: name.to_owned(),
            level: "L1".parse().ok(),
            part: String::new(),
            author: "Dr Test".to_owned(),
        };
        let named = |case: &Case| proposals(case, Catalogue::shipped()).remove(0).subject;
        case.lesions = vec![lesion("paravertebral mass")];
        assert_eq!(
            named(&case),
            Subject::Lesion("paravertebral mass".to_owned())
        );
        case.lesions.push(lesion("pedicle"));
        assert_eq!(
            named(&case),
            Subject::Lesion("L1".to_owned()),
            "one of two is not guessed"
        );
    }
}
