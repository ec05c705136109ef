//! What the second structure of a pack adds, and packs of it that must be refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::{
    Pack, PackError,
    synthetic::{
        Facts, Parts, code, constant, end, expected_cord, expected_point, expected_samples, facts,
        node, refusal_of, second_graph,
    },
};
use clinical::{
    assessment::{
        Certainty, CordCompressionState, ForecastState, MedianTime, Similarity, SurvivalForecast,
        Threshold,
    },
    case::Value,
};
use proptest::prelude::*;
use std::sync::OnceLock;

pub(crate) fn pack() -> &'static Pack {
    static PACK: OnceLock<Pack> = OnceLock::new();
    PACK.get_or_init(|| Parts::second().load().unwrap())
}

fn available(state: ForecastState) -> SurvivalForecast {
    match state {
        ForecastState::Available(forecast) => forecast,
        ForecastState::Refused { code, .. } => panic!("refused: {code}"),
    }
}

fn refused(state: ForecastState) -> String {
    match state {
        ForecastState::Refused { code, .. } => code,
        ForecastState::Available(_) => panic!("a forecast was given"),
    }
}

fn lung(age: f64) -> Facts {
    facts(&[
        ("age", Value::Number(age)),
        ("primary_tumour", code("lung")),
        ("liver_metastasis", Value::Flag(true)),
        ("karnofsky", Value::Number(80.0)),
    ])
}

#[test]
fn a_setting_chooses_the_baseline() {
    let patient = lung(75.0);
    let values = [1.0, 1.0, 1.0, 0.0, 0.0];
    for (setting, times) in [(None, 1.0), (Some("referral"), 1.0), (Some("surgery"), 2.0)] {
        let forecast = available(pack().forecast(&patient, setting));
        assert_eq!(forecast.setting.as_deref(), setting.or(Some("referral")));
        let expected = expected_point(&values, &[1.0; 5], 12.0 * times);
        assert!((forecast.horizons[2].alive - expected.alive).abs() < 1e-6);
        let cohort = pack()
            .cohort_forecast(std::slice::from_ref(&patient), setting)
            .unwrap();
        assert!((cohort.horizons[2].alive - expected.alive).abs() < 1e-6);
        let many = pack().forecast_many(std::slice::from_ref(&patient), setting);
        assert_eq!(many, [ForecastState::Available(forecast)]);
    }
}

#[test]
fn a_fact_that_is_rare_in_this_primary_tumour_is_not_swept() {
    let only = |primary: &str| {
        let from = "feature = \"liver_metastasis\"\nvalues = [false, true]";
        let parts = Parts::second_with(from, &format!("{from}\nonly_for = [\"{primary}\"]"));
        parts.load()
    };
    let patient = facts(&[
        ("age", Value::Number(60.0)),
        ("primary_tumour", code("lung")),
    ]);
    let swept = |pack: &Pack| {
        let rows = pack.sweep(&patient, None, &[]).unwrap();
        rows.iter()
            .any(|row| row.feature.as_str() == "liver_metastasis")
    };
    assert!(swept(pack()) && swept(&only("lung").unwrap()));
    assert!(!swept(&only("breast").unwrap()));
    assert_eq!(only("moon").err().unwrap().code(), "manifest");
}

#[test]
fn a_cohort_averages_the_paths_of_a_world_before_its_quantiles() {
    let pack = Parts::second_with("samples = 4", "samples = 4\nworlds = 2")
        .load()
        .unwrap();
    let cohort = pack.cohort_forecast(&[lung(75.0)], None).unwrap();
    let paths = expected_samples(&[1.0, 1.0, 1.0, 0.0, 0.0], &[1.0; 5], 12.0);
    let mut worlds = [(paths[0] + paths[1]) / 2.0, (paths[2] + paths[3]) / 2.0];
    worlds.sort_by(f64::total_cmp);
    let point = cohort
        .horizons
        .iter()
        .find(|point| point.months == 12.0)
        .unwrap();
    let spread = worlds[1] - worlds[0];
    assert!((point.alive - (worlds[0] + worlds[1]) / 2.0).abs() < 1e-6);
    assert!((point.low - (worlds[0] + 0.05 * spread)).abs() < 1e-6);
    assert!((point.high - (worlds[0] + 0.95 * spread)).abs() < 1e-6);
    for worlds in ["0", "3"] {
        let parts = Parts::second_with("samples = 4", &format!("samples = 4\nworlds = {worlds}"));
        assert_eq!(parts.load().err().unwrap().code(), "manifest");
    }
}

#[test]
fn a_setting_that_the_model_does_not_know_is_refused_naming_those_it_has() {
    let ForecastState::Refused { code, parameters } =
        pack().forecast(&lung(60.0), Some("sequenced"))
    else {
        panic!("a forecast was given")
    };
    assert_eq!(code, "setting_unknown");
    assert_eq!(parameters["available"], "referral, surgery");
    let first = Parts::sound().load().unwrap();
    assert!(matches!(
        first.forecast(&lung(60.0), Some("referral")),
        ForecastState::Available(_)
    ));
    assert_eq!(
        refused(first.forecast(&lung(60.0), Some("surgery"))),
        "setting_unknown"
    );
    let error = pack()
        .cohort_forecast(&[lung(60.0)], Some("x"))
        .unwrap_err();
    assert_eq!(error.code(), "setting_unknown");
    let many = pack().forecast_many(&[lung(60.0), lung(61.0)], Some("x"));
    assert_eq!(
        many.into_iter().map(refused).collect::<Vec<_>>(),
        ["setting_unknown"; 2]
    );
}

#[test]
fn the_view_has_its_months_and_the_median() {
    let forecast = available(pack().forecast(&lung(75.0), None));
    let months: Vec<f64> = forecast.points.iter().map(|point| point.months).collect();
    assert_eq!(
        months,
        [3.0, 6.0, 12.0, 24.0],
        "the grid has no first month"
    );
    let median = forecast.median.unwrap();
    let MedianTime::Reached { months } = median.time else {
        panic!("{median:?}")
    };
    let [six, twelve] = [forecast.points[1].alive, forecast.points[2].alive];
    let expected = 6.0 + 6.0 * (six - 0.5) / (six - twelve);
    assert!(six > 0.5 && twelve < 0.5 && (months - expected).abs() < 1e-9);
    let young = facts(&[
        ("age", Value::Number(20.0)),
        ("primary_tumour", code("breast")),
    ]);
    let median = available(pack().forecast(&young, None)).median.unwrap();
    assert_eq!(
        median.high,
        MedianTime::NotReached {
            within_months: 24.0
        }
    );
}

#[test]
fn cord_compression_has_a_band_and_is_not_shown_where_a_deficit_is() {
    let forecast = available(pack().forecast(&lung(75.0), None));
    let Some(CordCompressionState::Available(cord)) = forecast.cord_compression else {
        panic!("{:?}", forecast.cord_compression)
    };
    let expected = expected_cord(1.0);
    assert_eq!((cord.months, cord.certainty), (6.0, Certainty::Low));
    assert!((cord.probability - expected.point).abs() < 1e-6);
    assert!((cord.low - expected.low).abs() < 1e-6 && (cord.high - expected.high).abs() < 1e-6);
    let mut paralysed = lung(75.0);
    paralysed.extend(facts(&[("karnofsky", Value::Number(20.0))]));
    let hidden = available(pack().forecast(&paralysed, None)).cord_compression;
    let code = "deficit_present".to_owned();
    assert_eq!(hidden, Some(CordCompressionState::NotShown { code }));
    let first = Parts::sound().load().unwrap();
    assert_eq!(
        available(first.forecast(&lung(75.0), None)).cord_compression,
        None
    );
}

#[test]
fn similar_patients_are_counted_by_what_is_known() {
    let of = |pairs: &[(&str, Value)]| available(pack().forecast(&facts(pairs), None)).population;
    let age = |age: f64| ("age", Value::Number(age));
    let primary = |primary: &str| ("primary_tumour", code(primary));
    let her2 = |status: &str| ("her2_status", code(status));
    let expected = [
        (
            of(&[age(60.0), primary("lung")]),
            199,
            Similarity::SimilarSome,
        ),
        (
            of(&[age(70.0), primary("lung")]),
            40,
            Similarity::SimilarFew,
        ),
        (of(&[primary("lung")]), 239, Similarity::SimilarMany),
        (
            of(&[age(95.0), primary("lung")]),
            0,
            Similarity::SimilarHardlyAny,
        ),
        (
            of(&[age(60.0), primary("breast")]),
            210,
            Similarity::SimilarMany,
        ),
        (
            of(&[age(60.0), primary("breast"), her2("positive")]),
            60,
            Similarity::SimilarSome,
        ),
    ];
    for (found, patients, similarity) in expected {
        assert_eq!(found.similar_patients, Some(patients));
        assert_eq!(found.similarity, Some(similarity));
        let outside = similarity == Similarity::SimilarHardlyAny;
        assert_eq!(
            found.reasons.contains(&"similar_hardly_any".to_owned()),
            outside
        );
    }
    let myeloma = of(&[age(60.0), primary("myeloma")]);
    assert_eq!(myeloma.similarity, Some(Similarity::LiteratureOnly));
    assert_eq!((myeloma.inside, myeloma.similar_patients), (false, None));
    assert_eq!(myeloma.reasons, ["literature_only"]);
    assert_eq!(of(&[age(60.0)]).similarity, None);
    assert_eq!(
        of(&[age(60.0), primary("other")]).reasons,
        ["primary_not_represented"]
    );
}

#[test]
fn a_sweep_names_the_blank_fact_that_could_cross_a_threshold() {
    let patient = facts(&[
        ("age", Value::Number(65.0)),
        ("primary_tumour", code("lung")),
    ]);
    let now = available(pack().forecast(&patient, None));
    let threshold = Threshold {
        months: 6.0,
        probability: now.horizons[1].alive - 0.05,
    };
    let rows = pack().sweep(&patient, None, &[threshold]).unwrap();
    let features: Vec<_> = rows.iter().map(|row| row.feature.as_str()).collect();
    assert_eq!(
        features,
        ["karnofsky", "liver_metastasis"],
        "HER2 is of breast cancer"
    );
    assert_eq!(rows[0].crosses, [threshold]);
    assert!(rows[0].largest_change >= rows[1].largest_change && rows[1].largest_change > 0.0);
    for row in &rows {
        for answer in &row.answers {
            let mut filled = patient.clone();
            filled.insert(row.feature.clone(), answer.value.clone());
            let then = available(pack().forecast(&filled, None)).horizons[1];
            assert_eq!(answer.points, [then]);
        }
    }
    let everything = lung(65.0);
    assert_eq!(pack().sweep(&everything, None, &[]).unwrap(), []);
    let months = Threshold {
        months: 5.0,
        probability: 0.5,
    };
    let refusal = pack().sweep(&patient, None, &[months]).unwrap_err();
    assert_eq!(refusal.code, "month_unknown");
    assert_eq!(
        pack().sweep(&lung(12.0), None, &[]).unwrap_err().code,
        "children"
    );
}

fn refusal(parts: &Parts) -> PackError {
    refusal_of(parts.load())
}

#[test]
fn additions_that_do_not_fit_are_refused_by_name() {
    let spoilt = [
        (
            "schema_version = 2",
            "schema_version = 1",
            "schema_version 2",
        ),
        ("name = \"surgery\"", "name = \"referral\"", "referral"),
        ("name = \"surgery\"", "name = \"\"", "plain name"),
        ("name = \"surgery\"", "", "name"),
        ("months = 6.0", "months = nan", "months"),
        ("certainty = \"low\"", "certainty = \"some\"", "some"),
        ("[10.0, 20.0]", "[10.0, nan]", "karnofsky"),
        ("[10.0, 20.0]", "[]", "karnofsky"),
        ("months = 12.0", "months = 11.0", "time_grid_months"),
        (
            "standard_error = 0.01",
            "standard_error = 0.0",
            "standard_error",
        ),
        (
            "standard_error = 0.01",
            "standard_error = inf",
            "standard_error",
        ),
        ("id = \"tumour\"", "id = \"age\"", "'age'"),
        (
            "features = [\"age\"]",
            "features = [\"karnofsky\"]",
            "karnofsky",
        ),
        ("features = [\"age\"]", "features = []", "no features"),
        (", \"her2_status\"]", "]", "her2_status"),
        (
            "standard_error = 0.01",
            "standard_error = 0.01\nsurvival_unread = [\"karnofsky\"]",
            "in a group already or unread",
        ),
        ("[\"msk_met\"]", "[\"msk met\"]", "msk met"),
        (
            "values = [50.0, 90.0]",
            "values = [50.0, 50.0]",
            "karnofsky",
        ),
        ("values = [50.0, 90.0]", "values = [50.0, inf]", "karnofsky"),
        (
            "values = [false, true]",
            "values = [\"yes\"]",
            "liver_metastasis",
        ),
        (
            "feature = \"liver_metastasis\"\nvalues",
            "feature = \"karnofsky\"\nvalues",
            "karnofsky",
        ),
        ("primary = \"lung\"", "primary = \"lungs\"", "lungs"),
        (
            "her2_status = \"negative\"",
            "her2_status = \"maybe\"",
            "maybe",
        ),
        (
            "her2_status = \"negative\"",
            "her2_status = \"positive\"",
            "counted twice",
        ),
        ("age_min = 70.0", "age_min = 60.0", "counted twice"),
        ("age_max = 70.0", "age_max = 18.0", "age_max"),
        ("age_max = 70.0", "age_max = nan", "age_max"),
        (
            "literature_only = [\"myeloma\"]",
            "literature_only = [\"myelomas\"]",
            "myelomas",
        ),
        (
            "[[sweep]]",
            "[benefit]\nfile = \"benefit.json\"\n\n[[sweep]]",
            "benefit.json",
        ),
    ];
    for (from, to, named) in spoilt {
        let error = refusal(&Parts::second_with(from, to));
        assert_eq!(error.code(), "manifest", "{to}: {error}");
        assert!(error.to_string().contains(named), "{to}: {error}");
    }
    for (from, to) in [
        ("[{ feature = \"karnofsky\"", "[{ feature = \"karnofski\""),
        ("features = [\"age\"]", "features = [\"agee\"]"),
        (
            "feature = \"karnofsky\"\nvalues",
            "feature = \"karnofski\"\nvalues",
        ),
        ("when = { her2_status", "when = { her2"),
        (
            "standard_error = 0.01",
            "standard_error = 0.01\nsurvival_unread = [\"sex\"]",
        ),
    ] {
        assert_eq!(
            refusal(&Parts::second_with(from, to)).code(),
            "unknown_feature",
            "{to}"
        );
    }
}

#[test]
fn ends_of_the_graph_that_the_manifest_does_not_promise_are_refused() {
    let with = |graph| Parts {
        onnx: Parts::with_graph(graph).onnx,
        ..Parts::second()
    };
    let mut wide = second_graph();
    wide.initializer[5] = constant("setting_weights", &[3, 4], &[0.0; 12]);
    let mut narrow_cord = second_graph();
    narrow_cord.initializer[6] = constant("cord_weights", &[5, 3], &[0.0; 15]);
    narrow_cord.initializer[7] = constant("cord_biases", &[3], &[0.0; 3]);
    let mut without_cord = second_graph();
    without_cord.output.remove(0);
    let mut further = second_graph();
    further.output.push(end("hazard", &["N", "4"]));
    for graph in [without_cord, further, narrow_cord] {
        assert_eq!(refusal(&with(graph)).code(), "shape");
    }
    assert_eq!(refusal(&with(wide)).code(), "graph");
    assert_eq!(refusal(&with(crate::synthetic::graph())).code(), "shape");
    let first_manifest = Parts {
        onnx: Parts::second().onnx,
        ..Parts::sound()
    };
    assert_eq!(refusal(&first_manifest).code(), "shape");
}

#[test]
fn a_cord_compression_that_is_no_probability_is_refused() {
    for (operator, bias) in [("Exp", 3.0), ("Log", 0.0), ("Exp", 1000.0), ("Neg", 1.0)] {
        let mut graph = second_graph();
        graph.initializer[7] = constant("cord_biases", &[4], &[bias; 4]);
        graph.node[8] = node(operator, &["cord_logit"], "cord_compression");
        let parts = Parts {
            onnx: Parts::with_graph(graph).onnx,
            ..Parts::second()
        };
        let error = refusal(&parts);
        assert_eq!(error.code(), "output", "{operator}: {error}");
        assert!(error.to_string().contains("cord compression"), "{error}");
    }
}

#[test]
fn golden_rows_of_the_second_structure_are_compared() {
    let mut cord = Parts::second();
    cord.golden.rows[2].cord_compression.as_mut().unwrap().high += 2e-5;
    let error = refusal(&cord);
    assert!(
        matches!(&error, PackError::GoldenMismatch { row: 2, what, .. } if what == "high of cord compression"),
        "{error}"
    );
    let mut setting = Parts::second();
    setting.golden.rows[25].setting = Some("referral".to_owned());
    assert_eq!(refusal(&setting).code(), "golden_mismatch");
    let mut unknown = Parts::second();
    unknown.golden.rows[25].setting = Some("elsewhere".to_owned());
    assert_eq!(refusal(&unknown).code(), "setting_unknown");
    let mut without = Parts::sound();
    without.golden.rows[0].cord_compression = Some(expected_cord(0.0));
    assert_eq!(refusal(&without).code(), "golden");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is known and in every setting: the median of the point lies between those of the ends,
    /// and the band of cord compression holds its point.
    #[test]
    fn medians_and_bands_are_in_order(
        age in prop::option::of(18.0f64..95.0), liver in prop::option::of(any::<bool>()),
        karnofsky in prop::option::of(3u8..10), surgery: bool,
    ) {
        let pairs = [
            age.map(|age| ("age", Value::Number(age))),
            liver.map(|liver| ("liver_metastasis", Value::Flag(liver))),
            karnofsky.map(|tens| ("karnofsky", Value::Number(f64::from(tens) * 10.0))),
        ];
        let facts = facts(&pairs.into_iter().flatten().collect::<Vec<_>>());
        let forecast = available(pack().forecast(&facts, surgery.then_some("surgery")));
        let month = |time| match time {
            MedianTime::Reached { months } => months,
            MedianTime::NotReached { .. } => f64::INFINITY,
        };
        let median = forecast.median.unwrap();
        prop_assert!(month(median.low) <= month(median.time) && month(median.time) <= month(median.high));
        let Some(CordCompressionState::Available(cord)) = forecast.cord_compression else {
            return Err(TestCaseError::fail("no cord compression"));
        };
        prop_assert!(0.0 <= cord.low && cord.low <= cord.probability);
        prop_assert!(cord.probability <= cord.high && cord.high <= 1.0);
    }
}
