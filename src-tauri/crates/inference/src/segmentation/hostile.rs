//! Segmentation packs that are sound, and those that must be refused, each by name and reason.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{
    SegmentationPack,
    synthetic::{Parts, answer, kept},
};
use crate::{
    Pack, PackError, PackSet,
    files::FILE_LIMIT_BYTES,
    synthetic::{Parts as ForecastParts, catalogue, constant, end, node, refusal_of},
};
use clinical::marks::OutlineTarget;
use std::{fs, path::Path};
use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, attribute_proto::AttributeType};

fn refusal(parts: &Parts) -> PackError {
    refusal_of(parts.load())
}

/// Writes a sound pack, lets `spoil` change the folder, and loads it.
fn refusal_of_folder(spoil: impl Fn(&Path)) -> PackError {
    let folder = tempfile::tempdir().unwrap();
    Parts::sound().write(folder.path());
    spoil(folder.path());
    refusal_of(SegmentationPack::load(folder.path()))
}

fn numbers(name: &str, numbers: &[i64]) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Ints as i32,
        ints: numbers.to_vec(),
        ..AttributeProto::default()
    }
}

fn with(attributes: Vec<AttributeProto>, node: NodeProto) -> NodeProto {
    NodeProto {
        attribute: attributes,
        ..node
    }
}

#[test]
fn the_tiny_pack_is_ready_and_answers_what_its_arithmetic_says() {
    let set = PackSet::open(&[kept()]);
    assert_eq!(set.refused(), []);
    let (pack, check) = set.segmentations().next().unwrap();
    assert_eq!(check.rows, 3);
    assert!(check.largest_difference < 1e-5, "{check:?}");
    assert!(pack.card().contains("TEST ONLY"));
    assert_eq!(pack.model().pack, "test-outlines-without-meaning");

    // A row of ones: 8/16 in the row, 4/16 beside it, nothing farther off.
    let mut tile = vec![0.0; 1600];
    tile[400..440].fill(1.0);
    let lesion = pack
        .probability(&tile, OutlineTarget::Lesion)
        .unwrap()
        .unwrap();
    let sigmoid = |number: f64| 1.0 / (1.0 + (-number).exp());
    for (row, smoothed) in [(10, 0.5), (11, 0.25), (13, 0.0)] {
        let expected = sigmoid(40.0 * (smoothed - 0.5));
        assert!(
            (f64::from(lesion[row * 40 + 20]) - expected).abs() < 1e-6,
            "{row}"
        );
    }
    let canal = pack
        .probability(&tile, OutlineTarget::Canal)
        .unwrap()
        .unwrap();
    assert!((canal[420] + lesion[420] - 1.0).abs() < 1e-6);
    assert_eq!(
        pack.probability(&tile, OutlineTarget::PsoasLeft).unwrap(),
        None
    );
}

/// Neither kind is ever taken for the other, also where both lie in folders of one name.
#[test]
fn a_segmentation_pack_is_never_the_forecast_and_the_other_way_round() {
    let root = tempfile::tempdir().unwrap();
    let [site, shipped] = ["site", "shipped"].map(|name| root.path().join(name));
    let same = "spine-ensemble";
    Parts::with_manifest(
        "name = \"test-outlines-without-meaning\"",
        "name = \"spine-ensemble\"",
    )
    .write(&site.join(same));
    ForecastParts::with_manifest("\"synthetic\"", "\"spine-ensemble\"").write(&shipped.join(same));
    let set = PackSet::open_with(&[site.clone(), shipped.clone()], &catalogue());
    assert_eq!(set.refused(), []);
    assert_eq!((set.packs().count(), set.segmentations().count()), (1, 1));
    let forecast = set.default_pack().unwrap();
    assert_eq!(forecast.manifest().title, "Made up for tests");
    assert_eq!(set.named(same).unwrap().identity(), forecast.identity());
    assert!(set.segmentation(&forecast.identity().sha256).is_none());

    let alone = PackSet::open_with(std::slice::from_ref(&site), &catalogue());
    assert!(alone.default_pack().is_none() && alone.packs().count() == 0);
    assert_eq!(alone.segmentations().count(), 1);
    let mistaken = Pack::load(&site.join(same), &catalogue());
    assert_eq!(mistaken.err().unwrap().code(), "manifest");
    let mistaken = SegmentationPack::load(&shipped.join(same));
    assert_eq!(mistaken.err().unwrap().code(), "manifest");
}

#[test]
fn an_unknown_kind_is_refused_by_name() {
    for (kind, said) in [
        ("\"detection\"", "detection"),
        ("\"forecast\"", "forecast"),
        ("7", "7"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let parts = Parts::with_manifest("kind = \"segmentation\"", &format!("kind = {kind}"));
        parts.write(&folder.path().join("foreign"));
        let set = PackSet::open_with(&[folder.path().to_owned()], &catalogue());
        let refused = &set.refused()[0];
        assert_eq!(
            (refused.name.as_str(), refused.code.as_str()),
            ("foreign", "unknown_kind")
        );
        assert!(refused.detail.contains(said), "{}", refused.detail);
    }
}

#[test]
fn a_refused_pack_is_named_and_the_others_answer() {
    let root = tempfile::tempdir().unwrap();
    Parts::sound().write(&root.path().join("good"));
    Parts::with_manifest("\"lesion\"", "\"spleen\"").write(&root.path().join("spleen"));
    let set = PackSet::open_with(&[root.path().to_owned()], &catalogue());
    assert_eq!(set.segmentations().count(), 1);
    assert_eq!(set.refused()[0].name, "spleen");
    assert_eq!(set.refused()[0].code, "unknown_target");
}

#[test]
fn what_the_manifest_says_has_to_be_known_and_within_its_limits() {
    let spoilt = [
        ("\"lesion\"", "\"spleen\"", "unknown_target"),
        ("modality = \"CT\"", "modality = \"PT\"", "unknown_modality"),
        ("plane = \"axial\"", "plane = \"coronal\"", "unknown_plane"),
        ("rows = 40", "rows = 513", "tile"),
        ("columns = 40", "columns = 4", "tile"),
        ("[1.0, 1.0]", "[1.0, 0.01]", "tile"),
        ("[1.0, 1.0]", "[50.0, 1.0]", "tile"),
        ("[1.0, 1.0]", "[nan, 1.0]", "tile"),
        ("upper = 726.0", "upper = -274.0", "tile"),
        ("upper = 726.0", "upper = inf", "tile"),
        ("lower = -274.0", "lower = nan", "tile"),
        (
            "kind = \"window\"",
            "kind = \"standard_deviations\"",
            "tile",
        ),
        ("modality = \"CT\"", "modality = \"MR\"", "tile"),
        ("schema_version = 1", "schema_version = 2", "newer_schema"),
        ("kind = \"window\"", "kind = \"histogram\"", "manifest"),
        ("threshold = 0.5", "threshold = 0.0", "manifest"),
        ("threshold = 0.5", "threshold = nan", "manifest"),
        ("\"lesion\"", "\"canal\"", "manifest"),
        ("[model]", "[model]\nfamily = \"unet\"", "manifest"),
        ("version = \"1.0.0\"", "version = \" \"", "manifest"),
        (
            "name = \"test-outlines-without-meaning\"",
            "name = \"../outlines\"",
            "manifest",
        ),
        ("path = \"CARD.md\"", "path = \"../CARD.md\"", "file_name"),
        ("path = \"CARD.md\"", "path = \"CARE.md\"", "manifest"),
        ("path = \"golden.json\"", "path = \"g.json\"", "manifest"),
        ("who = \"SpineBoard training kit\"", "", "training"),
        ("when = \"2026-11-29\"", "when = \"\"", "training"),
        (
            "data = \"none: the weights were written down, not learned\"",
            "",
            "training",
        ),
        (
            "validation = \"none: it has no medical meaning; the golden answers are those of numpy\"",
            "validation = \"  \"",
            "training",
        ),
    ];
    for (from, to, code) in spoilt {
        let error = refusal(&Parts::with_manifest(from, to));
        assert_eq!(error.code(), code, "{to}: {error}");
    }
    let mut parts = Parts::sound();
    let from = parts.manifest.find("[training]").unwrap();
    let to = parts.manifest.find("[[file]]").unwrap();
    parts.manifest.replace_range(from..to, "");
    assert_eq!(refusal(&parts).code(), "training");
}

#[test]
fn files_that_are_missing_changed_or_giant() {
    for name in ["outlines.onnx", "golden.json", "CARD.md"] {
        let error = refusal_of_folder(|folder| fs::remove_file(folder.join(name)).unwrap());
        assert_eq!(error.code(), "missing_file");
        assert!(error.to_string().contains(name), "{error}");
        let error = refusal_of_folder(|folder| {
            let mut bytes = fs::read(folder.join(name)).unwrap();
            bytes[7] ^= 1;
            fs::write(folder.join(name), bytes).unwrap();
        });
        let file = name.to_owned();
        assert_eq!(error, PackError::WrongHash { file });
    }
    let error = refusal_of_folder(|folder| {
        let file = fs::File::create(folder.join("outlines.onnx")).unwrap();
        file.set_len(FILE_LIMIT_BYTES + 1).unwrap();
    });
    assert_eq!(error.code(), "giant_file");
}

#[test]
fn ends_of_the_graph_that_the_manifest_does_not_promise() {
    let renamed_input = Parts::with_graph(|graph| {
        graph.input[0].name = "tile".to_owned();
        graph.node[0].input[0] = "tile".to_owned();
    });
    let renamed_output = Parts::with_graph(|graph| {
        graph.output[0].name = "mask".to_owned();
        graph.node[2].output[0] = "mask".to_owned();
    });
    let one_channel = Parts::with_manifest("[[target]]\nname = \"lesion\"\nthreshold = 0.5\n", "");
    // Without padding the answer is smaller by two.
    let smaller = Parts::with_graph(|graph| graph.node[0].attribute.clear());
    for parts in [renamed_input, renamed_output, one_channel, smaller] {
        let error = refusal(&parts);
        assert_eq!(error.code(), "shape", "{error}");
        assert!(error.to_string().contains("probability [1, "), "{error}");
    }
    // Convolutions run on any size; the golden tiles do not lie.
    let other_size = Parts::with_manifest("rows = 40", "rows = 48");
    assert_eq!(refusal(&other_size).code(), "golden");
}

#[test]
fn operators_constants_and_ways_round_the_file() {
    let foreign = Parts::with_graph(|graph| {
        graph.node[2] = node("Segmentator", &["logits"], "probability");
    });
    // Known to the engine, and no part of such a graph.
    let looping = Parts::with_graph(|graph| {
        graph.node[2] = node("NonZero", &["logits"], "probability");
    });
    for (parts, operator) in [(foreign, "Segmentator"), (looping, "NonZero")] {
        let error = refusal(&parts);
        assert_eq!(error.code(), "unsupported_operator");
        assert!(error.to_string().contains(operator), "{error}");
    }
    let outside = Parts::with_graph(|graph| {
        graph.initializer[0].raw_data.clear();
        graph.initializer[0].data_location = Some(1);
    });
    assert_eq!(refusal(&outside).code(), "graph");
    let not_a_number = Parts::with_graph(|graph| {
        graph.initializer[2] = constant("limits", &[2], &[f32::NAN, 0.0]);
    });
    assert_eq!(refusal(&not_a_number).code(), "weights");
}

#[test]
fn graphs_that_would_fill_the_memory_or_take_for_ever() {
    // From constants alone the engine would compute while it loads.
    let from_nothing = Parts::with_graph(|graph| {
        graph
            .node
            .insert(0, node("Mul", &["limits", "limits"], "squares"));
    });
    let error = refusal(&from_nothing);
    assert!(
        error.code() == "graph" && error.to_string().contains("fold constants"),
        "{error}"
    );
    // 40 doublings of 1600 numbers.
    let doubling = |graph: &mut GraphProto| {
        let axis = AttributeProto {
            name: "axis".to_owned(),
            r#type: AttributeType::Int as i32,
            i: 3,
            ..AttributeProto::default()
        };
        let mut last = "image".to_owned();
        for step in 0..40 {
            let next = format!("doubled_{step}");
            let doubled = node("Concat", &[&last, &last], &next);
            graph.node.push(with(vec![axis.clone()], doubled));
            last = next;
        }
        graph.node.push(node("Sigmoid", &[&last], "probability"));
    };
    let error = refusal(&Parts::with_nodes(doubling));
    assert!(matches!(error.code(), "too_much" | "shape"), "{error}");
    // 1600 × 512 × 512 × 3 × 3 multiplications, thirty times over.
    let heavy = |graph: &mut GraphProto| {
        let wide = vec![0.0; 512 * 512 * 9];
        graph
            .initializer
            .push(constant("first", &[512, 1, 3, 3], &wide[..4608]));
        graph
            .initializer
            .push(constant("wide", &[512, 512, 3, 3], &wide));
        graph
            .initializer
            .push(constant("last", &[2, 512, 1, 1], &wide[..1024]));
        let pads = || vec![numbers("pads", &[1, 1, 1, 1])];
        graph
            .node
            .push(with(pads(), node("Conv", &["image", "first"], "wide_0")));
        for step in 0..30 {
            let (from, to) = (format!("wide_{step}"), format!("wide_{}", step + 1));
            graph
                .node
                .push(with(pads(), node("Conv", &[&from, "wide"], &to)));
        }
        graph
            .node
            .push(node("Conv", &["wide_30", "last"], "logits"));
        graph.node.push(node("Sigmoid", &["logits"], "probability"));
    };
    let error = refusal(&Parts::with_nodes(heavy));
    assert_eq!(error.code(), "too_much", "{error}");
    assert!(error.to_string().contains("multiplications"), "{error}");
    let many = |graph: &mut GraphProto| {
        let mut last = "image".to_owned();
        for step in 0..2_001 {
            let next = format!("same_{step}");
            graph.node.push(node("Identity", &[&last], &next));
            last = next;
        }
        graph.node.push(node("Sigmoid", &[&last], "probability"));
    };
    assert_eq!(refusal(&Parts::with_nodes(many)).code(), "too_much");
}

#[test]
fn golden_tiles_that_do_not_come_out_or_prove_nothing() {
    let mut moved = Parts::sound();
    let number = &mut moved.golden["rows"][1]["probability"]["lesion"][700];
    *number = (number.as_f64().unwrap() + 2e-4).into();
    let error = refusal(&moved);
    assert!(
        matches!(&error, PackError::GoldenMismatch { row: 1, what, .. } if what.contains("lesion")),
        "{error}"
    );
    let mut one = Parts::sound();
    one.golden["rows"].as_array_mut().unwrap().truncate(1);
    let mut short = Parts::sound();
    short.golden["rows"][0]["image"]
        .as_array_mut()
        .unwrap()
        .pop();
    let mut without = Parts::sound();
    without.golden["rows"][0]["probability"]
        .as_object_mut()
        .unwrap()
        .remove("canal");
    // Two empty tiles: 20 below the limit everything is canal to six digits, and nothing lesion.
    let mut empty = Parts::sound();
    let tile = serde_json::json!({
        "image": vec![0.0; 1600],
        "probability": { "canal": vec![1.0; 1600], "lesion": vec![0.0; 1600] },
    });
    empty.golden = serde_json::json!({ "rows": [tile, tile] });
    for parts in [one, short, without, empty] {
        let error = refusal(&parts);
        assert_eq!(error.code(), "golden", "{error}");
    }
}

/// A graph may be sound on its golden tiles and fail on another image.
#[test]
fn answers_that_are_no_probabilities_are_refused_when_they_come() {
    let with_last = |operator: &str| {
        Parts::with_graph(|graph| graph.node[2] = node(operator, &["logits"], "probability"))
    };
    for operator in ["Identity", "Sqrt"] {
        let error = refusal(&with_last(operator));
        assert_eq!(error.code(), "probability", "{error}");
    }
    // The root of what is left of a limit that no golden tile reaches: no number beyond it.
    let late = Parts::with_graph(|graph| {
        let limit = constant("most", &[1, 1, 1, 1], &[1.5]);
        graph.initializer.push(limit);
        graph.node[2].output[0] = "answer".to_owned();
        graph.node.extend([
            node("Sub", &["most", "image"], "room"),
            node("Sqrt", &["room"], "root"),
            node("Sub", &["root", "root"], "zero"),
            node("Add", &["answer", "zero"], "probability"),
        ]);
    });
    let pack = late.load().unwrap();
    assert!(pack.probability(&[1.0; 1600], OutlineTarget::Canal).is_ok());
    let error = pack
        .probability(&[2.0; 1600], OutlineTarget::Canal)
        .unwrap_err();
    assert_eq!(error.code(), "probability");
}

/// What networks that outline are made of: pooling, transposed convolution, resizing, joining. By hand: the
/// largest of each four pixels, spread again over its four, twice, and their mean.
#[test]
fn pooling_resizing_transposing_and_joining_are_run() {
    let graph = |graph: &mut GraphProto| {
        let kernel = || {
            vec![
                numbers("kernel_shape", &[2, 2]),
                numbers("strides", &[2, 2]),
            ]
        };
        graph.output[0] = answer("1");
        graph.initializer = vec![
            constant("ones", &[1, 1, 2, 2], &[1.0; 4]),
            constant("scales", &[4], &[1.0, 1.0, 2.0, 2.0]),
            constant("halves", &[1, 2, 1, 1], &[0.5, 0.5]),
        ];
        graph.node = vec![
            with(kernel(), node("MaxPool", &["image"], "pooled")),
            with(
                vec![numbers("strides", &[2, 2])],
                node("ConvTranspose", &["pooled", "ones"], "transposed"),
            ),
            with(
                vec![
                    text("mode", "nearest"),
                    text("coordinate_transformation_mode", "asymmetric"),
                    text("nearest_mode", "floor"),
                ],
                node("Resize", &["pooled", "", "scales"], "resized"),
            ),
            with(
                vec![AttributeProto {
                    name: "axis".to_owned(),
                    r#type: AttributeType::Int as i32,
                    i: 1,
                    ..AttributeProto::default()
                }],
                node("Concat", &["transposed", "resized"], "joined"),
            ),
            node("Conv", &["joined", "halves"], "probability"),
        ];
    };
    let mut parts = Parts::with_nodes(graph);
    parts.manifest = parts
        .manifest
        .replace("[[target]]\nname = \"lesion\"\nthreshold = 0.5\n", "");
    let tiles: Vec<Vec<f64>> = (0..2)
        .map(|tile| {
            (0..1600)
                .map(|at| f64::from((at * 7 + tile) % 64) / 64.0)
                .collect()
        })
        .collect();
    let rows = tiles.iter().map(|tile| {
        let largest = |at: usize| {
            let (row, column) = (at / 40 / 2 * 2, at % 40 / 2 * 2);
            let four = [(0, 0), (0, 1), (1, 0), (1, 1)];
            four.iter()
                .map(|(down, along)| tile[(row + down) * 40 + column + along])
                .fold(0.0, f64::max)
        };
        let expected: Vec<f64> = (0..1600).map(largest).collect();
        serde_json::json!({ "image": tile, "probability": { "canal": expected } })
    });
    parts.golden = serde_json::json!({ "rows": rows.collect::<Vec<_>>() });
    assert!(parts.load().is_ok(), "{:?}", parts.load().err());
}

fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::String as i32,
        s: value.as_bytes().to_vec(),
        ..AttributeProto::default()
    }
}

#[test]
fn truncated_and_garbage_graphs_never_panic() {
    let whole = Parts::sound().onnx;
    // The operator set and nothing else comes after the graph.
    for length in 0..whole.len() {
        let parts = Parts {
            onnx: whole[..length].to_vec(),
            ..Parts::sound()
        };
        assert!(parts.load().is_err() || length > 400, "{length}");
    }
    for at in 0..whole.len() {
        let mut onnx = whole.clone();
        onnx[at] ^= 0x55;
        let _ = Parts {
            onnx,
            ..Parts::sound()
        }
        .load();
    }
    let further = Parts::with_graph(|graph| graph.input.push(end("sex", &["1", "1"])));
    assert_eq!(refusal(&further).code(), "shape");
}
