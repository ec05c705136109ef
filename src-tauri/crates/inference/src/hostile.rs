//! Packs that must be refused, each by name and reason, without a panic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::{
    Pack, PackError, PackSet,
    files::FILE_LIMIT_BYTES,
    synthetic::{
        Parts, catalogue, code, constant, constant_node, end, facts, graph, node, refusal_of,
    },
};
use clinical::{assessment::ForecastState, case::Value};
use std::{fs, path::Path};

fn refusal(parts: &Parts) -> PackError {
    refusal_of(parts.load())
}

/// Writes a sound pack, lets `spoil` change the folder, and loads it.
fn refusal_of_folder(spoil: impl Fn(&Path)) -> PackError {
    let folder = tempfile::tempdir().unwrap();
    Parts::sound().write(folder.path());
    spoil(folder.path());
    refusal_of(Pack::load(folder.path(), &catalogue()))
}

#[test]
fn a_missing_file() {
    for name in ["pack.toml", "survival.onnx", "golden.json", "CARD.md"] {
        let error = refusal_of_folder(|folder| fs::remove_file(folder.join(name)).unwrap());
        assert_eq!(error.code(), "missing_file");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn a_changed_file() {
    for name in ["survival.onnx", "golden.json", "CARD.md"] {
        let error = refusal_of_folder(|folder| {
            let mut bytes = fs::read(folder.join(name)).unwrap();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            fs::write(folder.join(name), bytes).unwrap();
        });
        assert_eq!(
            error,
            PackError::WrongHash {
                file: name.to_owned()
            }
        );
    }
}

#[test]
fn a_giant_file() {
    let error = refusal_of_folder(|folder| {
        let file = fs::File::create(folder.join("survival.onnx")).unwrap();
        file.set_len(FILE_LIMIT_BYTES + 1).unwrap();
    });
    assert_eq!(
        error,
        PackError::GiantFile {
            file: "survival.onnx".to_owned(),
            limit: FILE_LIMIT_BYTES
        }
    );
}

#[test]
fn a_file_name_that_leaves_the_folder() {
    for name in [
        "../survival.onnx",
        "/etc/passwd",
        "figures/../x.onnx",
        "C:x.onnx",
        "a\\\\b",
        "",
        ".hidden",
    ] {
        let parts = Parts::with_manifest("path = \"CARD.md\"", &format!("path = \"{name}\""));
        assert_eq!(refusal(&parts).code(), "file_name", "{name}");
        let parts = Parts::with_manifest("file = \"survival.onnx\"", &format!("file = \"{name}\""));
        assert_eq!(refusal(&parts).code(), "file_name", "{name}");
    }
}

#[test]
fn an_unknown_feature_in_a_column_or_its_condition() {
    let column = refusal(&Parts::with_manifest(
        "feature = \"age\"",
        "feature = \"agee\"",
    ));
    assert_eq!(
        column,
        PackError::UnknownFeature {
            place: "column age".to_owned(),
            feature: "agee".to_owned()
        }
    );
    let condition = refusal(&Parts::with_manifest(
        "primary_tumour = [\"breast\"]",
        "primary = [\"breast\"]",
    ));
    assert_eq!(condition.code(), "unknown_feature");
}

#[test]
fn an_encoding_that_does_not_fit() {
    let spoilt = [
        (
            "kind = \"flag\"",
            "kind = \"number\", center = 0, scale = 1, min = 0, max = 1",
        ),
        ("value = \"lung\"", "value = \"lungs\""),
        (
            "value = \"lung\"",
            "value = \"lung\", values = [\"breast\"]",
        ),
        ("scale = 10.0", "scale = 0.0"),
        ("scale = 10.0", "scale = nan"),
        ("below = 70", "below = 70, at_or_above = 70"),
        ("feature = \"liver_metastasis\"", "feature = \"death\""),
        ("[\"breast\"]", "[\"breasts\"]"),
    ];
    for (from, to) in spoilt {
        assert_eq!(
            refusal(&Parts::with_manifest(from, to)).code(),
            "encoding",
            "{to}"
        );
    }
}

#[test]
fn a_manifest_that_says_something_else() {
    let newer = refusal(&Parts::with_manifest(
        "schema_version = 1",
        "schema_version = 3\nnew_key = 3",
    ));
    assert_eq!(
        newer,
        PackError::NewerSchema {
            found: 3,
            supported: 2
        }
    );
    let spoilt = [
        ("licence = \"MIT\"", "licence = \"MIT\"\ncolour = \"red\""),
        ("kind = \"flag\"", "kind = \"flag\", below = 3"),
        ("licence = \"MIT\"", ""),
        ("name = \"synthetic\"", "name = \"../synthetic\""),
        ("[0, 3, 6, 12, 24]", "[3, 0, 6, 12, 24]"),
        ("[3, 6, 12]", "[3, 6]"),
        ("[3, 6, 12]", "[3, 6, 12, 60]"),
        ("samples = 4", "samples = 0"),
        ("interval_level = 0.9", "interval_level = 90"),
        ("weight = 1.0", "weight = nan"),
        ("weight = 1.0", "weight = -1.0"),
        ("column = \"lung\"", "column = \"age\""),
        (
            "endpoint = \"overall_survival\"",
            "endpoint = \"local_control\"",
        ),
        ("[[input]]", "[[input"),
    ];
    for (from, to) in spoilt {
        assert_eq!(
            refusal(&Parts::with_manifest(from, to)).code(),
            "manifest",
            "{to}"
        );
    }
}

#[test]
fn an_unsupported_operator() {
    let mut graph = graph();
    graph.node[4] = node("Erfinator", &["log_hazard"], "hazard");
    let error = refusal(&Parts::with_graph(graph));
    let expected = PackError::UnsupportedOperator {
        file: "survival.onnx".to_owned(),
        operators: "Erfinator".to_owned(),
    };
    assert_eq!(error, expected);
}

#[test]
fn constants_that_are_not_numbers() {
    for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut plain = graph();
        plain.initializer[0].float_data[7] = number;
        let mut raw = graph();
        raw.initializer[2].float_data.clear();
        raw.initializer[2].raw_data = [1.0, number, 0.0, 0.0]
            .iter()
            .flat_map(|x: &f32| x.to_le_bytes())
            .collect();
        let mut hidden = graph();
        let months = hidden.initializer.remove(3);
        hidden.node.insert(
            0,
            constant_node(constant("", &[5], &[number; 5]), &months.name),
        );
        for graph in [plain, raw, hidden] {
            assert_eq!(refusal(&Parts::with_graph(graph)).code(), "weights");
        }
    }
}

#[test]
fn constants_outside_the_file() {
    let mut graph = graph();
    graph.initializer[0].float_data.clear();
    graph.initializer[0].data_location = Some(1);
    assert_eq!(refusal(&Parts::with_graph(graph)).code(), "graph");
}

#[test]
fn constants_whose_size_is_a_lie() {
    for dims in [vec![5, 5], vec![i64::MAX, i64::MAX], vec![-5, -4]] {
        let mut graph = graph();
        graph.initializer[0].dims = dims;
        assert_eq!(refusal(&Parts::with_graph(graph)).code(), "graph");
    }
}

#[test]
fn wrong_shapes() {
    let mut renamed_output = graph();
    renamed_output.output[0].name = "hazard".to_owned();
    let mut further_input = graph();
    further_input.input.push(end("sex", &["N", "1"]));
    let mut flat = graph();
    flat.node.truncate(4);
    flat.node.push(node("Exp", &["log_hazard"], "survival"));
    for graph in [renamed_output, further_input, flat] {
        assert_eq!(refusal(&Parts::with_graph(graph)).code(), "shape");
    }
    let samples = refusal(&Parts::with_manifest("samples = 4", "samples = 5"));
    assert_eq!(samples.code(), "shape");
    let times = refusal(&Parts::with_manifest("[0, 3, 6, 12, 24]", "[0, 3, 6, 12]"));
    assert_eq!(times.code(), "shape");
}

#[test]
fn a_graph_with_loose_ends_or_a_circle() {
    let mut loose = graph();
    loose.node[4].input[0] = "nowhere".to_owned();
    let mut circle = graph();
    circle.node[0].input[0] = "hazard".to_owned();
    let mut without_output = graph();
    without_output.node.pop();
    for graph in [loose, circle, without_output] {
        assert_eq!(refusal(&Parts::with_graph(graph)).code(), "graph");
    }
}

#[test]
fn answers_that_are_no_survival_curves() {
    let mut rising = graph();
    rising.initializer[3] = constant("months", &[5], &[0.0, 3.0, 6.0, 12.0, 24.0]);
    let mut infinite = graph();
    infinite.initializer[3] = constant("months", &[5], &[0.0, 3e38, 3e38, 3e38, 3e38]);
    let mut not_a_number = graph();
    not_a_number.node[7] = node("Log", &["negative_cumulative_hazard"], "survival");
    for graph in [rising, infinite, not_a_number] {
        assert_eq!(refusal(&Parts::with_graph(graph)).code(), "output");
    }
}

/// A graph may be sound on its golden rows and fail on another patient: here a square root of
/// 2.9 minus the encoded age, which is no number at the age of 95 (encoded 3.0).
#[test]
fn an_answer_that_is_infinite_for_one_patient_is_refused_for_that_patient() {
    let mut graph = graph();
    graph.initializer.push(constant("first_column", &[5, 4], &{
        let mut selection = [0.0; 20];
        selection[..4].fill(-1.0);
        selection
    }));
    graph.initializer.push(constant("limit", &[4], &[2.9; 4]));
    graph.node.splice(
        4..4,
        [
            node("MatMul", &["values", "first_column"], "minus_age"),
            node("Add", &["minus_age", "limit"], "room"),
            node("Sqrt", &["room"], "root"),
            node("Sub", &["root", "root"], "nothing"),
            node("Add", &["log_hazard", "nothing"], "spoilt"),
        ],
    );
    graph.node[9].input[0] = "spoilt".to_owned();
    let pack = Parts::with_graph(graph).load().unwrap();
    let old = facts(&[
        ("age", Value::Number(95.0)),
        ("primary_tumour", code("lung")),
    ]);
    let young = facts(&[
        ("age", Value::Number(60.0)),
        ("primary_tumour", code("lung")),
    ]);
    let states = pack.forecast_many(&[old.clone(), young], None);
    assert!(
        matches!(&states[0], ForecastState::Refused { code, .. } if code == "output"),
        "{:?}",
        states[0]
    );
    assert!(matches!(&states[1], ForecastState::Available(_)));
    assert_eq!(
        pack.cohort_forecast(&[old], None).unwrap_err().code(),
        "output"
    );
}

#[test]
fn golden_rows_that_do_not_fit() {
    let mut moved = Parts::sound();
    moved.golden.rows[3].alive.get_mut("6").unwrap().high += 2e-5;
    let error = refusal(&moved);
    assert!(
        matches!(&error, PackError::GoldenMismatch { row: 3, what, .. } if what == "high of survival at 6 months"),
        "{error}"
    );
    let mut encoded = Parts::sound();
    encoded.golden.rows[1].known[2] = 0.0;
    assert_eq!(refusal(&encoded).code(), "golden_mismatch");
    let mut few = Parts::sound();
    few.golden.rows.truncate(23);
    assert_eq!(refusal(&few).code(), "golden");
    let mut short = Parts::sound();
    short.golden.rows[0].values.pop();
    assert_eq!(refusal(&short).code(), "golden");
    let mut without = Parts::sound();
    without.golden.rows[0].alive.remove("12");
    assert_eq!(refusal(&without).code(), "golden");
}

#[test]
fn truncated_and_garbage_graphs_never_panic() {
    let whole = Parts::sound().onnx;
    for length in (0..whole.len()).step_by(7) {
        let parts = Parts {
            onnx: whole[..length].to_vec(),
            ..Parts::sound()
        };
        let code = refusal(&parts).code();
        assert!(
            matches!(code, "graph" | "shape" | "unsupported_operator"),
            "{length}: {code}"
        );
    }
    for seed in 0..40u64 {
        let mut state = seed;
        let mut garbage = whole.clone();
        for byte in &mut garbage {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            if seed < 10 || state >> 58 == 0 {
                *byte = (state >> 33) as u8;
            }
        }
        let parts = Parts {
            onnx: garbage,
            ..Parts::sound()
        };
        let _ = parts.load();
    }
}

/// A graph in a node of a graph, and so on: written byte by byte, as no builder gets so deep.
#[test]
fn graphs_inside_graphs_without_end_are_refused() {
    let field = |number: u8, content: Vec<u8>| {
        let mut bytes = vec![number << 3 | 2];
        let mut length = content.len();
        while length > 0x7f {
            bytes.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
        bytes.extend(content);
        bytes
    };
    let (node, attribute, inner_graph, graph) = (1, 5, 6, 7);
    let deep = (0..5000).fold(Vec::new(), |inner, _| {
        field(node, field(attribute, field(inner_graph, inner)))
    });
    let onnx = field(graph, deep);
    assert_eq!(
        refusal(&Parts {
            onnx,
            ..Parts::sound()
        })
        .code(),
        "graph"
    );
}

#[test]
fn a_bad_pack_does_not_hide_the_good_ones() {
    let root = tempfile::tempdir().unwrap();
    let [site, shipped] = ["site", "shipped"].map(|name| root.path().join(name));
    Parts::sound().write(&shipped.join("synthetic"));
    Parts::with_manifest("feature = \"age\"", "feature = \"agee\"").write(&site.join("broken"));
    fs::create_dir(shipped.join("empty")).unwrap();
    let folders = [root.path().join("absent"), site.clone(), shipped.clone()];
    let set = PackSet::open_with(&folders, &catalogue());
    let refused: Vec<_> = set
        .refused()
        .iter()
        .map(|refused| (refused.name.as_str(), refused.code.as_str()))
        .collect();
    assert_eq!(
        refused,
        [("broken", "unknown_feature"), ("empty", "missing_file")]
    );
    let pack = set.default_pack().unwrap();
    assert_eq!(pack.identity().name, "synthetic");
    assert_eq!(set.check_of(pack).unwrap().rows, 25);

    Parts::with_manifest("\"synthetic\"", "\"zebra\"").write(&site.join("zebra"));
    Parts::with_manifest("\"synthetic\"", "\"spine-ensemble\"")
        .write(&shipped.join("spine-ensemble"));
    let set = PackSet::open_with(&folders, &catalogue());
    assert_eq!(
        set.default_pack().unwrap().identity().name,
        "zebra",
        "the first folder decides"
    );
    let set = PackSet::open_with(std::slice::from_ref(&shipped), &catalogue());
    assert_eq!(
        set.default_pack().unwrap().identity().name,
        "spine-ensemble"
    );
    let set = PackSet::open_with(&[shipped.join("synthetic")], &catalogue());
    assert_eq!(set.packs().count(), 1, "a folder that is itself a pack");
}
