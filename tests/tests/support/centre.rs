//! A made-up centre: decisions that were signed with a forecast, and what became of the patients. Every
//! record says that it is made up, unless a test asks for what only real patients may do.

use board::{Board, OwnResultsQuestion};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use clinical::{
    assessment::{PackIdentity, SurvivalPoint, TreatmentOption},
    case::{
        BoardEpisode, BoardEstimate, Case, Entry, Identity, Observation, Source, Subject, Value,
    },
    catalogue::FeatureId,
    decision::{BoardDecision, Position, PositionStance, Recommendation, Seal, SealedForecast},
    follow_up::{FollowUp, VitalStatus},
    pathway_clock::{Milestone, MilestoneKind},
};

/// Of one patient.
pub struct Decided {
    pub number: u32,
    pub decided_on: NaiveDate,
    pub primary: &'static str,
    pub pack: PackIdentity,
    /// Probability of being alive at 3, 6 and 12 months.
    pub alive: [f64; 3],
    /// Of 100 alive at 3 and 12 months, as the only member said.
    pub estimate: Option<[u8; 2]>,
    pub end: End,
    /// The forecast decided for supportive care.
    pub fulfilled: bool,
    pub synthetic: bool,
}

/// What is known since.
#[derive(Clone, Copy, PartialEq)]
pub enum End {
    Nothing,
    SeenAlive(NaiveDate),
    Died(NaiveDate),
}

pub fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::from_hms_opt(12, 0, 0).unwrap())
        .and_utc()
}

impl Decided {
    pub fn case(&self) -> Case {
        let identity = Identity {
            patient_id: format!("SYN-{:05}", self.number),
            family_name: format!("Synthetic {:05}", self.number),
            given_name: "Made-up".to_owned(),
            ..Identity::default()
        };
        let id = format!("synthetic-{:05}", self.number);
        let mut case = Case::new(id, identity);
        case.synthetic = self.synthetic;
        let fact = |feature: &str, value: Value| Observation {
            id: format!("{feature}-{}", self.number),
            feature: FeatureId::unchecked(feature),
            subject: Subject::Patient,
            entry: Entry::Known { value, unit: None },
            observed_on: Some(self.decided_on),
            recorded_at: noon(self.decided_on),
            source: Source::Typed,
            author: "Synthetic".to_owned(),
            note: None,
        };
        case.observations = vec![
            fact("age", Value::Number(f64::from(45 + self.number % 40))),
            fact("primary_tumour", Value::Code(self.primary.to_owned())),
            fact(
                "karnofsky",
                Value::Number(f64::from(50 + 10 * (self.number % 4))),
            ),
        ];
        let mut episode = BoardEpisode::new(
            format!("episode-{}", self.number),
            self.decided_on,
            "Operate?".to_owned(),
        );
        episode
            .estimates
            .extend(self.estimate.map(|alive| self.estimated(alive)));
        episode.decision = Some(self.decision());
        case.episodes.push(episode);
        case.follow_ups.extend(self.follow_up());
        case
    }

    fn estimated(&self, [three, twelve]: [u8; 2]) -> BoardEstimate {
        BoardEstimate {
            id: format!("estimate-{}", self.number),
            person_id: "synthetic".to_owned(),
            name: "Synthetic".to_owned(),
            specialty: "spine_surgery".to_owned(),
            alive_3_months: three,
            alive_12_months: twelve,
            option: TreatmentOption::Conventional,
            locked_at: noon(self.decided_on),
            author: "Synthetic".to_owned(),
        }
    }

    fn decision(&self) -> BoardDecision {
        let option = match self.fulfilled {
            true => TreatmentOption::Supportive,
            false => TreatmentOption::Conventional,
        };
        let point = |(months, alive): (f64, f64)| SurvivalPoint {
            months,
            alive,
            low: alive / 2.0,
            high: (1.0 + alive) / 2.0,
        };
        BoardDecision {
            decided_on: Some(self.decided_on),
            recommendation: Recommendation {
                option: Some(option),
                ..Recommendation::default()
            },
            rationale: "Made up.".to_owned(),
            positions: vec![Position {
                person_id: None,
                name: "Synthetic".to_owned(),
                specialty: "spine_surgery".to_owned(),
                stance: PositionStance::Agrees,
                prefers: None,
                hinges_on: String::new(),
                would_change: String::new(),
            }],
            decided_by_forecast: self.fulfilled,
            seal: Some(Seal {
                person_id: "synthetic".to_owned(),
                name: "Synthetic".to_owned(),
                specialty: "spine_surgery".to_owned(),
                signed_at: noon(self.decided_on),
                sha256: String::new(),
                open_findings: Vec::new(),
                forecast: Some(SealedForecast {
                    pack: self.pack.clone(),
                    horizons: [3.0, 6.0, 12.0]
                        .into_iter()
                        .zip(self.alive)
                        .map(point)
                        .collect(),
                    interval_level: 0.9,
                    inside_population: true,
                    cord_compression_6_months: None,
                }),
            }),
            ..BoardDecision::default()
        }
    }

    fn follow_up(&self) -> Option<FollowUp> {
        let (seen_on, vital) = match self.end {
            End::Nothing => return None,
            End::SeenAlive(on) => (on, VitalStatus::Alive),
            End::Died(on) => (on, VitalStatus::Died { on }),
        };
        Some(contact(
            format!("follow-up-{}", self.number),
            seen_on,
            vital,
        ))
    }
}

/// A contact at which nothing was learned but whether the patient lives.
pub fn contact(id: String, seen_on: NaiveDate, vital: VitalStatus) -> FollowUp {
    FollowUp {
        id,
        seen_on,
        vital,
        walking: None,
        worst_pain: None,
        continent: None,
        cord_compression: None,
        complications: Vec::new(),
        no_complication: false,
        retreatments: Vec::new(),
        note: String::new(),
        recorded_at: noon(seen_on),
        source: Source::Typed,
        author: "Synthetic".to_owned(),
    }
}

/// A step of the way, entered on the day of the decision.
pub fn milestone(kind: MilestoneKind, on: NaiveDate, decided_on: NaiveDate) -> Milestone {
    Milestone {
        kind,
        on,
        author: "Synthetic".to_owned(),
        recorded_at: noon(decided_on),
    }
}

/// The model that a board forecasts with, as a signature names it.
pub fn answering_pack(board: &Board) -> PackIdentity {
    let results = board.own_results(&OwnResultsQuestion::default(), &mut |_| ());
    let model = results.unwrap().answering.expect("a model");
    PackIdentity {
        name: model.name,
        version: model.version,
        sha256: model.sha256,
        rests_on: Vec::new(),
        recalibration: None,
    }
}

/// Patients of a centre, decided on between two and a half and one year before `today` but for a few,
/// whose survival is exponential with this mean in months: each quantile once, in an order that goes with
/// nothing. Every tenth was never heard of again.
pub fn centre(
    patients: u32,
    (pack, today): (&PackIdentity, NaiveDate),
    (mean, said): (f64, f64),
    synthetic: bool,
) -> Vec<Decided> {
    let one = |number: u32| {
        let share = (f64::from(number * 37 % patients) + 0.5) / f64::from(patients);
        let days = (-mean * (1.0 - share).ln() * 30.4375).round().max(1.0) as u64;
        let ago = 60 + u64::from(number) * 850 / u64::from(patients);
        let decided_on = today - Days::new(ago);
        let end = match (number % 10, days < ago) {
            (9, _) => End::Nothing,
            (_, true) => End::Died(decided_on + Days::new(days)),
            (_, false) => End::SeenAlive(today - Days::new(1)),
        };
        // Patients differ in what was said, around the mean that was said.
        let mean = said * (0.6 + 0.1 * f64::from(number % 9));
        let fulfilled = number % 12 == 5;
        Decided {
            number,
            decided_on,
            primary: ["lung", "breast", "kidney"][(number % 3) as usize],
            pack: pack.clone(),
            alive: [3.0, 6.0, 12.0].map(|months: f64| (-months / mean).exp()),
            estimate: number
                .is_multiple_of(4)
                .then_some([(40 + number % 50) as u8, (10 + number % 30) as u8]),
            end,
            fulfilled,
            synthetic,
        }
    };
    (0..patients).map(one).collect()
}
