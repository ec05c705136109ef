//! The grid of benefit of a made-up pack, by hand, and hostile files of draws.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::{
    Pack, PackError,
    synthetic::{Facts, Parts, code, expected_samples, facts},
};
use clinical::{
    assessment::{
        BenefitAbsence, BenefitCell, BenefitEstimate, BenefitGrid, BenefitInterval, BenefitState,
        CriterionState, EvidenceKind, OutcomeId, TreatmentOption,
    },
    case::Value,
};

const SURGERY: TreatmentOption = TreatmentOption::SurgeryWithRadiotherapy;

/// Values [-1, 0, 0.5, 1], liver metastasis takes 1 off, age adds 0.01 a year from 60; surgery adds
/// [1.8, 0, -1, 0.5].
const DRAWS: &str = include_str!("synthetic_benefit.json");

fn with(from: &str, to: &str) -> Parts {
    assert!(DRAWS.contains(from), "{from}");
    Parts::with_benefit(&DRAWS.replacen(from, to, 1))
}

fn pack() -> Pack {
    Parts::with_benefit(DRAWS).load().unwrap()
}

fn grid(pack: &Pack, facts: &Facts) -> BenefitGrid {
    let (_, grid) = pack.forecast_with_benefit(facts, None);
    grid.expect("a grid")
}

fn cell(grid: &BenefitGrid, option: TreatmentOption, outcome: OutcomeId) -> &BenefitState {
    let of_pair = |cell: &&BenefitCell| cell.option == option && cell.outcome == outcome;
    &grid.cells.iter().find(of_pair).unwrap().state
}

fn shown(grid: &BenefitGrid, option: TreatmentOption, outcome: OutcomeId) -> &BenefitEstimate {
    match cell(grid, option, outcome) {
        BenefitState::Shown(estimate) => estimate,
        absent => panic!("{absent:?}"),
    }
}

fn lung(liver: Option<bool>) -> Facts {
    let mut pairs = vec![
        ("primary_tumour", code("lung")),
        ("age", Value::Number(90.0)),
    ];
    pairs.extend(liver.map(|liver| ("liver_metastasis", Value::Flag(liver))));
    facts(&pairs)
}

fn logistic(number: f64) -> f64 {
    1.0 / (1.0 + (-number).exp())
}

/// Mean, and numpy's 5 % and 95 % quantiles of four numbers, reaching to the mean.
fn four(mut numbers: [f64; 4]) -> BenefitInterval {
    numbers.sort_by(f64::total_cmp);
    let [first, second, third, fourth] = numbers;
    BenefitInterval {
        point: numbers.iter().sum::<f64>() / 4.0,
        low: first + 0.15 * (second - first),
        high: third + 0.85 * (fourth - third),
    }
}

fn near(found: BenefitInterval, expected: BenefitInterval) -> bool {
    let close = |first: f64, second: f64| (first - second).abs() < 1e-6;
    close(found.point, expected.point)
        && close(found.low, expected.low)
        && close(found.high, expected.high)
}

#[test]
fn a_cell_by_hand() {
    let grid = grid(&pack(), &lung(Some(true)));
    let found = shown(&grid, SURGERY, OutcomeId::Walking);
    // 90 years count as 80, twenty from the centre.
    let reference = [-1.8, -0.8, -0.3, 0.2];
    let effect = [1.8, 0.0, -1.0, 0.5];
    let chance: [f64; 4] = std::array::from_fn(|draw| logistic(reference[draw] + effect[draw]));
    let against: [f64; 4] = std::array::from_fn(|draw| chance[draw] - logistic(reference[draw]));
    assert!(near(found.probability, four(chance)), "{found:?}");
    let compared = found.against.unwrap();
    assert_eq!(compared.option, TreatmentOption::Conventional);
    assert!(near(compared.difference, four(against)), "{compared:?}");
    // Differences of +0.36, 0, -0.21 and +0.12 against a least one of 0.1.
    assert_eq!(compared.likelihood_of_benefit, 0.5);
    assert_eq!(compared.likelihood_of_harm, 0.25);
    // Columns: age held at its limit of 95, lung, liver; month 4.5 lies half way from 3 to 6.
    let values = [2.5, 1.0, 1.0, 0.0, 0.0];
    let known = [1.0, 1.0, 1.0, 0.0, 1.0];
    let (before, after) = (
        expected_samples(&values, &known, 3.0),
        expected_samples(&values, &known, 6.0),
    );
    let both: [f64; 4] =
        std::array::from_fn(|draw| chance[draw] * (before[draw] + after[draw]) / 2.0);
    assert!(near(found.alive_and.unwrap(), four(both)), "{found:?}");
    assert_eq!(found.evidence, EvidenceKind::Randomised);
    assert_eq!(grid.sources["trial"], "Somebody. Journal, 2000.");
}

#[test]
fn a_blank_is_placed_in_the_interval_and_averaged_in_the_likelihood() {
    let pack = pack();
    let blank = grid(&pack, &lung(None));
    let found = shown(&blank, SURGERY, OutcomeId::Walking);
    // The uniform numbers 0.1 and 0.3 lie in the half with liver metastasis, 0.9 and 0.6 beyond it.
    let reference = [-1.8, 0.2, -0.3, 1.2];
    let effect = [1.8, 0.0, -1.0, 0.5];
    let chance = std::array::from_fn(|draw| logistic(reference[draw] + effect[draw]));
    assert!(near(found.probability, four(chance)), "{found:?}");
    let mean = |draw: usize| {
        let gain = |base: f64| logistic(base + effect[draw]) - logistic(base);
        (gain([-1.8, -0.8, -0.3, 0.2][draw]) + gain([-0.8, 0.2, 0.7, 1.2][draw])) / 2.0
    };
    let benefit = (0..4).filter(|draw| mean(*draw) > 0.1).count();
    let compared = found.against.unwrap();
    assert_eq!(compared.likelihood_of_benefit, benefit as f64 / 4.0);
}

#[test]
fn criteria_decide_whether_a_cell_is_shown() {
    let pack = pack();
    let asked = |facts: &Facts| match cell(&grid(&pack, facts), SURGERY, OutcomeId::Walking) {
        BenefitState::Absent {
            reason, criteria, ..
        } => {
            let states: Vec<CriterionState> = criteria.iter().map(|one| one.state).collect();
            (Some(*reason), states, criteria[0].features.clone())
        }
        BenefitState::Shown(found) => {
            let states = found.criteria.iter().map(|one| one.state).collect();
            (None, states, Vec::new())
        }
    };
    use CriterionState::{Met, Missed, Unchecked, Unknown};
    assert_eq!(
        asked(&lung(None)).1,
        [Met, Met, Met, Unchecked],
        "shown where all that can be checked is met"
    );
    let (reason, states, missing) = asked(&facts(&[]));
    assert_eq!(reason, Some(BenefitAbsence::CriteriaUnknown));
    assert_eq!(states, [Unknown, Unknown, Met, Unchecked]);
    assert_eq!(missing[0].as_str(), "primary_tumour");
    let (reason, states, _) = asked(&facts(&[("primary_tumour", code("myeloma"))]));
    assert_eq!(reason, Some(BenefitAbsence::OutsideCriteria));
    assert_eq!(states, [Missed, Missed, Met, Unchecked]);
}

#[test]
fn the_second_cell_of_a_pair_stands_in_where_the_first_does_not_cover_the_patient() {
    let pack = pack();
    let other = grid(&pack, &facts(&[("primary_tumour", code("breast"))]));
    let found = shown(&other, TreatmentOption::Conventional, OutcomeId::Walking);
    assert!(found.recalled && found.against.is_none(), "{found:?}");
    let first = grid(&pack, &lung(None));
    assert!(!shown(&first, TreatmentOption::Conventional, OutcomeId::Walking).recalled);
}

#[test]
fn death_has_no_alive_and_and_an_empty_cell_has_its_reason() {
    let grid = grid(&pack(), &lung(None));
    let death = shown(&grid, SURGERY, OutcomeId::DeathIn30Days);
    let chance = 1.0 - (-(-3.0f64).exp()).exp();
    assert!((death.probability.point - chance).abs() < 1e-12 && death.alive_and.is_none());
    let empty = cell(
        &grid,
        TreatmentOption::Conventional,
        OutcomeId::DeathIn30Days,
    );
    assert!(matches!(
        empty,
        BenefitState::Absent {
            reason: BenefitAbsence::SeeSurvivalForecast,
            ..
        }
    ));
    assert_eq!(grid.cells.len(), 4);
}

#[test]
fn a_pack_without_draws_has_no_grid() {
    let pack = Parts::second().load().unwrap();
    let facts = lung(None);
    let (forecast, grid) = pack.forecast_with_benefit(&facts, None);
    assert_eq!(forecast, pack.forecast(&facts, None));
    assert_eq!(grid, None);
    let (_, none) = pack_of_children();
    assert_eq!(none, None);
}

/// What a child gets.
fn pack_of_children() -> (clinical::assessment::ForecastState, Option<BenefitGrid>) {
    let facts = facts(&[("age", Value::Number(9.0))]);
    pack().forecast_with_benefit(&facts, None)
}

#[test]
fn spoilt_draws_are_refused_by_name() {
    let spoilt = [
        (
            "\"schema_version\": 1",
            "\"schema_version\": 2",
            "schema version 2",
        ),
        ("\"paths\": 4", "\"paths\": 5", "5 draws"),
        ("[-1, 0, 0.5, 1]", "[-1, 0, 0.5]", "base"),
        (
            "[-1, 0, 0.5, 1]",
            "[-1, 0, 0.5, 1e999]",
            "number out of range",
        ),
        ("[-1, 0, 0.5, 1]", "[-1, 0, 0.5, 1000]", "base"),
        ("[-1, 0, 0.5, 1]", "[-1, 0, 0.5, NaN]", "expected"),
        ("[0.5, 0.5, 0.5, 0.5]", "[0.5, 0, 0.5, 0.5]", "liver"),
        ("[0.1, 0.9, 0.3, 0.6]", "[0.1, 1.9, 0.3, 0.6]", "liver"),
        ("\"comparator\": \"conventional\",", "", "need each other"),
        ("\"months\": 4.5", "\"months\": 45", "Walking"),
        (
            "\"minimal_difference\": 0.1",
            "\"minimal_difference\": -0.1",
            "Walking",
        ),
        ("\"level\": \"base\"", "\"level\": \"basis\"", "basis"),
        (
            "\"required\": [\"lung\"]",
            "\"required\": [\"lunge\"]",
            "lunge",
        ),
        (
            "\"criteria\": [\"lung\",",
            "\"criteria\": [\"lunge\", \"lung\",",
            "lunge",
        ),
        (
            "\"citations\": [\"trial\"], \"beside\"",
            "\"citations\": [], \"beside\"",
            "no evidence",
        ),
        (
            "\"citations\": [\"trial\"], \"beside\"",
            "\"citations\": [\"trail\"], \"beside\"",
            "trail",
        ),
        (
            "\"see_survival_forecast\", \"citations\": []",
            "\"see_survival_forecast\", \"citations\": [\"trail\"]",
            "trail",
        ),
        (
            "\"citations\": [\"trial\"] }",
            "\"citations\": [\"trail\"] }",
            "trail",
        ),
        (
            "\"option\": \"conventional\", \"outcome\": \"death_30_days\"",
            "\"option\": \"supportive\", \"outcome\": \"death_30_days\"",
            "either a cell",
        ),
        ("\"see_survival_forecast\"", "\"because\"", "because"),
        (
            "\"options\": [",
            "\"options\": [\"supportive\", \"supportive\", ",
            "twice",
        ),
        ("\"randomised\"", "\"hearsay\"", "hearsay"),
        (
            "\"primary_tumour\": \"lung\"",
            "\"primary_tumour\": \"lunge\"",
            "primary_tumour",
        ),
        (
            "\"primary_tumour\": \"lung\"",
            "\"primary_tumour\": {\"min\": 3}",
            "primary_tumour",
        ),
        ("\"least\": 50", "\"least\": 70", "age"),
        ("\"at_least\": 0.2", "\"at_least\": 2", "expected_survival"),
        (
            "\"not_when\"",
            "\"alive\": {\"months\": 3, \"at_least\": 0.2}, \"not_when\"",
            "one question",
        ),
        ("\"link\": \"logit\"", "\"link\": \"probit\"", "probit"),
        ("\"sources\"", "\"surprise\": 1, \"sources\"", "surprise"),
    ];
    for (from, to, named) in spoilt {
        match with(from, to).load() {
            Ok(_) => panic!("{to} was accepted"),
            Err(error) => {
                assert_eq!(error.code(), "benefit", "{to}: {error}");
                assert!(error.to_string().contains(named), "{to}: {error}");
            }
        }
    }
    let unknown = with("\"primary_tumour\": \"lung\"", "\"primary\": \"lung\"").load();
    assert_eq!(
        unknown.err().map(|error| error.code()),
        Some("unknown_feature")
    );
    let missing = with("\"feature\": \"age\"", "\"feature\": \"aeons\"").load();
    assert_eq!(
        missing.err().map(|error| error.code()),
        Some("unknown_feature")
    );
}

#[test]
fn too_many_kinds_of_patients_are_refused_before_they_are_counted() {
    let kind = "{\"when\": {\"liver_metastasis\": true}, \"coefficient\": [0, 0, 0, 0], \"share\": [0.5, 0.5, 0.5, 0.5]}";
    let kinds = vec![kind; 40].join(", ");
    let factor =
        format!("{{\"id\": \"many\", \"uniform\": [0, 0, 0, 0], \"levels\": [{kinds}]}}, ");
    let error = with("\"factors\": [", &format!("\"factors\": [{factor}{factor}"))
        .load()
        .err();
    assert!(
        error
            .unwrap()
            .to_string()
            .contains("more kinds of patients")
    );
}

fn many(entry: &str, count: usize) -> String {
    vec![entry; count].join(", ")
}

#[test]
fn draws_that_would_take_hours_or_all_memory_are_refused() {
    let conditions = many("{}", 201);
    let nested = format!("{}{{}}{}", "{\"any_of\": [".repeat(500), "]}".repeat(500));
    let codes = many("\"lung\"", 201);
    let factor = "{\"id\": \"one\", \"uniform\": [0, 0, 0, 0], \"levels\": [\
        {\"when\": {}, \"coefficient\": [0, 0, 0, 0], \"share\": [1, 1, 1, 1]}]}";
    let slope = "{\"id\": \"one\", \"feature\": \"age\", \"centre\": 60, \"least\": 50, \"most\": 80, \
        \"coefficient\": [0, 0, 0, 0]}";
    let list = |name: &str, entry: &str, count: usize| {
        (
            format!("\"{name}\": ["),
            format!("\"{name}\": [{}, ", many(entry, count)),
        )
    };
    let when = |condition: &str| {
        (
            "{ \"primary_tumour\": \"lung\" }".to_owned(),
            condition.to_owned(),
        )
    };
    let entries = "more entries";
    let spoilt = [
        (
            // Each of the one list is looked for in the other.
            (
                "\"fit\"], \"required\": [\"lung\"]".to_owned(),
                format!(
                    "{}, \"fit\"], \"required\": [{}]",
                    many("\"lung\"", 200_000),
                    many("\"fit\"", 200_000)
                ),
            ),
            entries,
        ),
        (list("factors", factor, 200), entries),
        (list("slopes", slope, 200), entries),
        (
            (
                "\"comparator\": \"conventional\",".to_owned(),
                format!(
                    "\"comparator\": \"conventional\", \"option_factors\": [{}],",
                    many(factor, 201)
                ),
            ),
            entries,
        ),
        (
            (
                "\"beside\": []".to_owned(),
                format!("\"beside\": [{}]", many("\"trial\"", 201)),
            ),
            entries,
        ),
        (
            when(&format!("{{\"any_of\": [{conditions}]}}")),
            "too many parts",
        ),
        (
            when(&format!("{{\"primary_tumour\": [{codes}]}}")),
            "too many parts",
        ),
        (when(&nested), "recursion limit"),
    ];
    for ((from, to), named) in spoilt {
        let refused = with(&from, &to).load().err();
        let said = refused.expect("a refusal").to_string();
        assert!(said.contains(named), "{named}: {said}");
    }
    let long = format!("{DRAWS}{}", " ".repeat(4 * 1024 * 1024));
    let refused = Parts::with_benefit(&long).load().err();
    assert!(refused.unwrap().to_string().contains("larger"));
}

#[test]
fn kinds_of_patients_are_also_counted_over_all_cells() {
    let kind = "{\"when\": {}, \"coefficient\": [0, 0, 0, 0], \"share\": [1, 1, 1, 1]}";
    let factor = format!(
        "{{\"id\": \"many\", \"uniform\": [0, 0, 0, 0], \"levels\": [{}]}}, ",
        many(kind, 500)
    );
    let cell = "{\"option\": \"conventional\", \"outcome\": \"walking\", \"kind\": \"observational\", \
        \"level\": \"base\", \"criteria\": [], \"required\": [], \"citations\": [\"trial\"], \"beside\": [], \
        \"recalled\": false}, ";
    // Three cells of the file and those that are added have 500 times 2 kinds each, the fourth one.
    for (added, sound) in [(1, true), (2, false)] {
        let draws = DRAWS
            .replacen("\"factors\": [", &format!("\"factors\": [{factor}"), 1)
            .replacen(
                "\"cells\": [",
                &format!("\"cells\": [{}", cell.repeat(added)),
                1,
            );
        match Parts::with_benefit(&draws).load() {
            Ok(_) => assert!(sound, "{added} more cells were accepted"),
            Err(error) => {
                assert!(!sound, "{error}");
                assert!(error.to_string().contains("all cells"), "{error}");
            }
        }
    }
}

#[test]
fn golden_cells_are_replayed() {
    let mut parts = Parts::with_benefit(DRAWS);
    let facts = parts.golden.rows[3].facts.clone();
    let grid = grid(&pack(), &facts);
    let golden: Vec<serde_json::Value> = grid.cells.iter().map(golden_of).collect();
    let set = |parts: &mut Parts, golden: &[serde_json::Value]| {
        parts.golden.rows[3].benefit = serde_json::from_value(golden.to_vec().into()).unwrap();
    };
    set(&mut parts, &golden);
    assert!(parts.load().is_ok());
    let mut other = golden.clone();
    other[0]["probability"]["low"] =
        (other[0]["probability"]["low"].as_f64().unwrap() + 1e-3).into();
    set(&mut parts, &other);
    assert!(matches!(
        parts.load().err(),
        Some(PackError::GoldenMismatch { row: 3, .. })
    ));
    let mut other = golden.clone();
    other[0]["kind"] = "consensus".into();
    set(&mut parts, &other);
    assert_eq!(parts.load().err().map(|error| error.code()), Some("golden"));
    set(&mut parts, &golden[1..]);
    assert_eq!(parts.load().err().map(|error| error.code()), Some("golden"));
    let mut without = Parts::second();
    without.golden.rows[3].benefit = serde_json::from_value(golden.into()).unwrap();
    assert_eq!(
        without.load().err().map(|error| error.code()),
        Some("golden")
    );
}

/// A cell in the shape that the training side writes.
fn golden_of(cell: &BenefitCell) -> serde_json::Value {
    let mut golden = serde_json::json!({ "option": cell.option, "outcome": cell.outcome });
    match &cell.state {
        BenefitState::Absent { reason, .. } => {
            golden["state"] = "absent".into();
            golden["reason"] = serde_json::to_value(reason).unwrap();
        }
        BenefitState::Shown(found) => {
            golden["state"] = "shown".into();
            golden["kind"] = serde_json::to_value(found.evidence).unwrap();
            golden["probability"] = serde_json::to_value(found.probability).unwrap();
            golden["criteria"] = found
                .criteria
                .iter()
                .map(|one| serde_json::json!({ "id": one.id, "state": one.state }))
                .collect();
            if let Some(both) = found.alive_and {
                golden["alive_and"] = serde_json::to_value(both).unwrap();
            }
            if let Some(against) = found.against {
                golden["comparator"] = serde_json::to_value(against.option).unwrap();
                golden["difference"] = serde_json::to_value(against.difference).unwrap();
                golden["likelihood_of_benefit"] = against.likelihood_of_benefit.into();
                golden["likelihood_of_harm"] = against.likelihood_of_harm.into();
            }
        }
    }
    golden
}
