//! What a board adds to the made-up patient in its week: a decision with dissent, versions and follow-up, and a meeting.

use crate::sample::{Sample, day, sample};
use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use clinical::{
    assessment::{EvidenceKind, ForecastState, TreatmentOption},
    case::{BoardEstimate, Case, Identity, Source},
    decision::{
        Action, ActionDone, Addendum, BoardDecision, CarriedOut, CarriedOutState, Position,
        PositionStance, Recommendation, Seal, SealedForecast,
    },
    follow_up::{Complication, EventSince, FollowUp, VitalStatus},
    meeting::{
        AgendaItem, AgendaState, Attendance, Closing, DiscussedSpan, Meeting, Presence, QuorumRule,
    },
    pathway_clock::{Milestone, MilestoneKind},
};

pub(crate) const SEALED: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00123456789abcdef0123456789abcdef";

pub(crate) fn at(day_of_march: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, day_of_march, hour, minute, 0)
        .unwrap()
}

fn position(name: &str, specialty: &str, stance: PositionStance) -> Position {
    Position {
        person_id: None,
        name: name.to_owned(),
        specialty: specialty.to_owned(),
        stance,
        prefers: None,
        hinges_on: String::new(),
        would_change: String::new(),
    }
}

pub(crate) fn action(id: &str, what: &str, owner: &str, due: u32) -> Action {
    Action {
        id: id.to_owned(),
        what: what.to_owned(),
        owner: owner.to_owned(),
        due_on: Some(day(2026, 3, due)),
    }
}

/// A decision that nobody signed yet.
pub(crate) fn decision() -> BoardDecision {
    BoardDecision {
        decided_on: Some(day(2026, 3, 14)),
        recommendation: Recommendation {
            option: Some(TreatmentOption::SurgeryWithRadiotherapy),
            deferred_for: String::new(),
            levels: vec!["T9".parse().unwrap(), "T10".parse().unwrap()],
            dose_gray: Some(24.0),
            fractions: Some(2),
            procedure: "Separation surgery T10 with posterior stabilisation T8 to T12".to_owned(),
            systemic_plan: "Continue osimertinib, pause three days around the operation".to_owned(),
        },
        rationale: "High-grade epidural disease with a radioresistant tumour and a deficit of five days. The \
                    patient is expected to live long enough to gain from an operation."
            .to_owned(),
        evidence: Some(EvidenceKind::Randomised),
        positions: vec![
            position("Dr Ndiaye", "spine_surgery", PositionStance::Agrees),
            position("Dr Lindqvist", "radiology", PositionStance::Agrees),
            Position {
                prefers: Some(TreatmentOption::Conventional),
                hinges_on: "the lactate dehydrogenase, which speaks for fast progression".to_owned(),
                would_change: "stable liver metastases in a new CT.".to_owned(),
                ..position("Dr Moreau", "radiation_oncology", PositionStance::Dissents)
            },
            position("Dr Sato", "palliative_care", PositionStance::Abstains),
        ],
        actions: vec![
            action("a1", "Admit for operation", "Dr Ndiaye", 16),
            action("a2", "Planning CT for SBRT three weeks after the operation", "Dr Moreau", 31),
            action("a3", "Inform the general practitioner", "Coordination", 13),
        ],
        ..BoardDecision::default()
    }
}

/// The made-up patient with an unsigned decision.
pub(crate) fn drafted() -> Sample {
    let mut drafted = sample();
    drafted.generated_at = at(15, 9, 0);
    let episode = &mut drafted.case.episodes[0];
    episode.decision = Some(decision());
    episode.milestones = [
        (MilestoneKind::FirstSymptom, 1),
        (MilestoneKind::Referral, 8),
        (MilestoneKind::Mri, 11),
    ]
    .map(|(kind, on)| Milestone {
        kind,
        on: day(2026, 3, on),
        author: "Coordination".to_owned(),
        recorded_at: at(14, 8, 0),
    })
    .to_vec();
    episode.estimates = [("Dr Ndiaye", 70, 40), ("Dr Moreau", 50, 15)]
        .map(|(name, three, twelve)| BoardEstimate {
            id: name.to_owned(),
            person_id: name.to_owned(),
            name: name.to_owned(),
            specialty: "spine_surgery".to_owned(),
            alive_3_months: three,
            alive_12_months: twelve,
            option: TreatmentOption::SurgeryWithRadiotherapy,
            locked_at: at(14, 8, 30),
            author: name.to_owned(),
        })
        .to_vec();
    drafted
}

/// The same, signed.
pub(crate) fn signed() -> Sample {
    let mut signed = drafted();
    let ForecastState::Available(forecast) = &signed.assessment.forecast else {
        panic!("the sample has a forecast");
    };
    let sealed = SealedForecast {
        pack: forecast.pack.clone(),
        horizons: forecast.horizons.clone(),
        interval_level: forecast.interval_level,
        inside_population: true,
        cord_compression_6_months: None,
    };
    let decision = signed.case.episodes[0].decision.as_mut().unwrap();
    decision.seal = Some(Seal {
        person_id: "p1".to_owned(),
        name: "Dr Ndiaye".to_owned(),
        specialty: "spine_surgery".to_owned(),
        signed_at: at(14, 10, 30),
        sha256: SEALED.to_owned(),
        open_findings: vec![
            "stale:lactate_dehydrogenase".to_owned(),
            "clock_set_back".to_owned(),
        ],
        forecast: Some(sealed),
    });
    signed
}

/// The same with an addendum, half a year later.
pub(crate) fn followed() -> Sample {
    let mut followed = signed();
    followed.generated_at = Utc.with_ymd_and_hms(2026, 10, 1, 8, 0, 0).unwrap();
    let decision = followed.case.episodes[0].decision.as_mut().unwrap();
    decision.addenda = vec![Addendum {
        version: 2,
        text:
            "Fever on the day of admission; the operation is put off and radiotherapy given first."
                .to_owned(),
        recommendation: Some(Recommendation {
            option: Some(TreatmentOption::Conventional),
            levels: vec!["T10".parse().unwrap()],
            dose_gray: Some(8.0),
            fractions: Some(1),
            ..Recommendation::default()
        }),
        actions: vec![action("a4", "Blood cultures", "Ward 7", 16)],
        person_id: "p2".to_owned(),
        name: "Dr Moreau".to_owned(),
        written_at: at(16, 12, 0),
        sha256: "a".repeat(64),
    }];
    decision.done = vec![ActionDone {
        action_id: "a3".to_owned(),
        on: day(2026, 3, 13),
        author: "Coordination".to_owned(),
        recorded_at: at(14, 8, 0),
    }];
    decision.carried_out = vec![CarriedOut {
        state: CarriedOutState::Changed,
        reason: Some("deterioration".to_owned()),
        on: Some(day(2026, 3, 17)),
        note: "Given on the ward".to_owned(),
        author: "Dr Moreau".to_owned(),
        recorded_at: at(18, 8, 0),
    }];
    followed.case.follow_ups = vec![
        contact("f1", (2026, 6, 16), VitalStatus::Alive),
        contact(
            "f2",
            (2026, 8, 30),
            VitalStatus::Died {
                on: day(2026, 8, 21),
            },
        ),
    ];
    let first = &mut followed.case.follow_ups[0];
    first.walking = Some("with_aid".to_owned());
    first.worst_pain = Some(3);
    first.continent = Some(true);
    first.cord_compression = Some(EventSince::No);
    first.complications = vec![Complication {
        what: "Wound infection".to_owned(),
        grade: Some(3),
        on: Some(day(2026, 4, 2)),
    }];
    followed
}

fn contact(id: &str, on: (i32, u32, u32), vital: VitalStatus) -> FollowUp {
    FollowUp {
        id: id.to_owned(),
        seen_on: day(on.0, on.1, on.2),
        vital,
        walking: None,
        worst_pain: None,
        continent: None,
        cord_compression: None,
        complications: vec![],
        no_complication: false,
        retreatments: vec![],
        note: String::new(),
        recorded_at: at(20, 8, 0),
        source: Source::Typed,
        author: "Coordination".to_owned(),
    }
}

/// Made-up patients with names of many kinds.
pub(crate) fn patients(count: usize) -> Vec<Case> {
    let names = [
        ("Ñandú-Öztürk", "Łukasz"),
        ("山田", "太郎"),
        ("Παπαδοπούλου", "Ελένη"),
        ("שלום", "נועה"),
        (
            "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh",
            "Maximiliana Theodora",
        ),
        ("Okafor", "Ngozi"),
    ];
    let patients = (0..count).map(|number| {
        let (family, given) = names[number % names.len()];
        let identity = Identity {
            patient_id: format!("SYN-{:06}", 417 + number),
            family_name: family.to_owned(),
            given_name: given.to_owned(),
            alphabetic_name: None,
            birth_date: Some(day(1961, 2, 3 + number as u32 % 25)),
        };
        let mut case = Case::new(
            format!("{number:08x}-5d1e-4f6b-9c7d-2f9d4a1b8e55"),
            identity,
        );
        case.synthetic = true;
        case
    });
    patients.collect()
}

/// A meeting with one case for each state of the agenda, and more of those that were discussed.
pub(crate) fn meeting(cases: &[Case]) -> Meeting {
    let states = [
        AgendaState::Discussed,
        AgendaState::Discussed,
        AgendaState::Postponed,
        AgendaState::Discussed,
        AgendaState::Discussed,
        AgendaState::Withdrawn,
    ];
    let agenda = cases.iter().enumerate().map(|(number, case)| {
        let state = states[number % states.len()];
        let from = at(14, 13, 0) + TimeDelta::minutes(9 * number as i64);
        let discussed = DiscussedSpan {
            from,
            until: Some(from + TimeDelta::minutes(7)),
        };
        AgendaItem {
            id: format!("item-{number}"),
            case_id: case.id.clone(),
            late: number == 3,
            added_at: at(12, 8, 0),
            added_by: "Coordination".to_owned(),
            minutes: (number == 1).then_some(15),
            state,
            discussed: match state {
                AgendaState::Discussed => vec![discussed],
                _ => vec![],
            },
            note: match number {
                2 => "Family asks to wait for the second opinion".to_owned(),
                _ => String::new(),
            },
        }
    });
    let person = |name: &str, specialty: &str, presence| Attendance {
        person_id: None,
        name: name.to_owned(),
        specialty: specialty.to_owned(),
        presence,
    };
    Meeting {
        id: "meeting-1".to_owned(),
        title: "Spine tumour board".to_owned(),
        on: day(2026, 3, 14),
        starts_at: NaiveTime::from_hms_opt(14, 0, 0),
        place: "Room 4.12".to_owned(),
        minutes_per_case: 8,
        list_closes_on: Some(day(2026, 3, 13)),
        quorum: QuorumRule {
            specialties: vec!["spine_surgery".to_owned(), "radiology".to_owned()],
            people: 3,
        },
        attendance: vec![
            person("Dr Ndiaye", "spine_surgery", Presence::Present),
            person("Dr Lindqvist", "radiology", Presence::Remote),
            person("Dr Moreau", "radiation_oncology", Presence::Present),
            person("Dr Sato", "palliative_care", Presence::Excused),
        ],
        agenda: agenda.collect(),
        note: String::new(),
        closed: Some(Closing {
            name: "Dr Ndiaye".to_owned(),
            at: at(14, 15, 0),
        }),
    }
}
