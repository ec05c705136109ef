//! A made-up pack for the tests, small enough to compute by hand, and its hostile variants.
//!
//! survival(sample, months) = exp(-hazard * months),
//! hazard = exp(bias(sample) + sum over columns of weight * value - 0.1 * known)
//!
//! The second one knows two settings (the other doubles the hazard), cord compression (a logistic
//! function of the liver column), groups of facts, and similar patients.

#![allow(clippy::expect_used, clippy::panic)]

use crate::{
    Pack, PackError,
    golden::{GoldenFile, GoldenPoint, GoldenRange, GoldenRow},
};
use clinical::{
    case::Value,
    catalogue::{Catalogue, FeatureId},
};
use prost::Message;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, path::Path};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    TensorShapeProto, TypeProto, ValueInfoProto,
    attribute_proto::AttributeType,
    tensor_proto::DataType,
    tensor_shape_proto::{Dimension, dimension},
    type_proto,
};

/// The error of what must not be taken.
pub(crate) fn refusal_of<T>(loaded: Result<T, PackError>) -> PackError {
    match loaded {
        Ok(_) => panic!("the pack was accepted"),
        Err(error) => error,
    }
}

pub(crate) const CATALOGUE: &str = include_str!("synthetic_catalogue.toml");
pub(crate) const MANIFEST: &str = include_str!("synthetic_pack.toml");

/// Per column of the manifest: age, lung, liver, karnofsky below 70, HER2 positive.
const WEIGHTS: [f64; 5] = [0.3, 0.5, 0.4, 0.7, -0.2];
const BIASES: [f64; 4] = [-3.6, -3.2, -2.9, -2.5];
const MONTHS: [f64; 5] = [0.0, 3.0, 6.0, 12.0, 24.0];
/// Log hazard ratio of the second setting.
const SURGERY: f64 = std::f64::consts::LN_2;
const CORD_BIASES: [f64; 4] = [-4.0, -3.5, -3.0, -2.5];
const CORD_LIVER: f64 = 0.8;

pub(crate) fn catalogue() -> Catalogue {
    Catalogue::parse(CATALOGUE).expect("the synthetic catalogue")
}

pub(crate) type Facts = BTreeMap<FeatureId, Value>;

pub(crate) fn facts(pairs: &[(&str, Value)]) -> Facts {
    pairs
        .iter()
        .map(|(id, value)| (FeatureId::unchecked(id), value.clone()))
        .collect()
}

pub(crate) fn code(text: &str) -> Value {
    Value::Code(text.to_owned())
}

/// What goes into the folder; tests spoil one part.
pub(crate) struct Parts {
    /// `{sha256:<file>}` stands for the hash of a file.
    pub(crate) manifest: String,
    pub(crate) onnx: Vec<u8>,
    pub(crate) golden: GoldenFile,
    pub(crate) benefit: Option<String>,
}

impl Parts {
    pub(crate) fn sound() -> Parts {
        Parts {
            manifest: MANIFEST.to_owned(),
            onnx: model(graph()).encode_to_vec(),
            golden: golden(),
            benefit: None,
        }
    }

    /// The pack with everything that the second structure of a manifest adds.
    pub(crate) fn second() -> Parts {
        Parts {
            manifest: second_manifest(),
            onnx: model(second_graph()).encode_to_vec(),
            golden: second_golden(),
            benefit: None,
        }
    }

    /// The second pack with draws of benefit by option.
    pub(crate) fn with_benefit(draws: &str) -> Parts {
        let file = "[benefit]\nfile = \"benefit.json\"\n\n[[file]]\npath = \"benefit.json\"\nsha256 = \"{sha256:benefit.json}\"\n";
        Parts {
            manifest: second_manifest() + file,
            benefit: Some(draws.to_owned()),
            ..Parts::second()
        }
    }

    /// The second pack with one part of its manifest changed.
    pub(crate) fn second_with(from: &str, to: &str) -> Parts {
        let manifest = second_manifest();
        assert!(manifest.contains(from), "{from}");
        Parts {
            manifest: manifest.replacen(from, to, 1),
            ..Parts::second()
        }
    }

    pub(crate) fn with_graph(graph: GraphProto) -> Parts {
        Parts {
            onnx: model(graph).encode_to_vec(),
            ..Parts::sound()
        }
    }

    pub(crate) fn with_manifest(from: &str, to: &str) -> Parts {
        assert!(MANIFEST.contains(from), "{from}");
        Parts {
            manifest: MANIFEST.replacen(from, to, 1),
            ..Parts::sound()
        }
    }

    pub(crate) fn write(&self, folder: &Path) {
        let golden = serde_json::to_vec(&self.golden).expect("golden rows");
        let mut files: Vec<(&str, &[u8])> = vec![
            ("survival.onnx", &self.onnx),
            ("golden.json", &golden),
            ("CARD.md", b"# Made up for tests\n"),
        ];
        files.extend(
            self.benefit
                .iter()
                .map(|draws| ("benefit.json", draws.as_bytes())),
        );
        let mut manifest = self.manifest.clone();
        std::fs::create_dir_all(folder).expect("a folder");
        for (name, bytes) in files {
            std::fs::write(folder.join(name), bytes).expect("a file");
            let hash: String = Sha256::digest(bytes)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            manifest = manifest.replace(&format!("{{sha256:{name}}}"), &hash);
        }
        std::fs::write(folder.join("pack.toml"), manifest).expect("a manifest");
    }

    /// Loads and replays the pack from a temporary folder.
    pub(crate) fn load(&self) -> Result<Pack, PackError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        self.write(folder.path());
        let pack = Pack::load(folder.path(), &catalogue())?;
        pack.check().map(|_| pack)
    }
}

/// The additions stand where the tables of the first manifest end.
fn second_manifest() -> String {
    let additions = include_str!("synthetic_additions.toml");
    let (output, rest) = additions.split_once("# --\n").expect("two parts");
    MANIFEST
        .replacen("schema_version = 1", "schema_version = 2", 1)
        .replacen(
            "primary_excluded = [\"myeloma\"]",
            "literature_only = [\"myeloma\"]",
            1,
        )
        .replacen("[[member]]", &format!("{output}\n[[member]]"), 1)
        .replacen("[training]", &format!("{rest}\n[training]"), 1)
}

/// P(alive) of every sample at `months`, in plain double precision.
pub(crate) fn expected_samples(values: &[f64; 5], known: &[f64; 5], months: f64) -> [f64; 4] {
    BIASES.map(|bias| {
        let linear: f64 = (0..5)
            .map(|column| WEIGHTS[column] * values[column] - 0.1 * known[column])
            .sum();
        (-(bias + linear).exp() * months).exp()
    })
}

/// Mean, and numpy's 5 % and 95 % quantiles of four samples.
pub(crate) fn expected_point(values: &[f64; 5], known: &[f64; 5], months: f64) -> GoldenPoint {
    let mut samples = expected_samples(values, known, months);
    samples.sort_by(f64::total_cmp);
    let [first, second, third, fourth] = samples;
    GoldenPoint {
        alive: samples.iter().sum::<f64>() / 4.0,
        low: first + 0.15 * (second - first),
        high: third + 0.85 * (fourth - third),
    }
}

/// Point, and numpy's 5 % and 95 % quantiles of the probability of cord compression.
pub(crate) fn expected_cord(liver: f64) -> GoldenRange {
    let [first, second, third, fourth] =
        CORD_BIASES.map(|bias| 1.0 / (1.0 + (-(bias + CORD_LIVER * liver)).exp()));
    GoldenRange {
        point: (first + second + third + fourth) / 4.0,
        low: first + 0.15 * (second - first),
        high: third + 0.85 * (fourth - third),
    }
}

/// The golden rows of the first pack; the last is also answered in the second setting, where every
/// known column counts as if the bias were higher.
pub(crate) fn second_golden() -> GoldenFile {
    let mut golden = golden();
    for row in &mut golden.rows {
        row.cord_compression = Some(expected_cord(row.values[2]));
    }
    let mut row = golden.rows[0].clone();
    row.setting = Some("surgery".to_owned());
    for (months, point) in &mut row.alive {
        let months: f64 = months.parse().expect("months");
        // Twice the hazard is the survival of twice the time.
        *point = expected_point(&[0.0; 5], &[0.0; 5], 2.0 * months);
    }
    golden.rows.push(row);
    golden
}

/// All-blank, all-filled, and one age after the other. Age is encoded as (age - 65) / 10.
pub(crate) fn golden() -> GoldenFile {
    let mut rows = vec![golden_row(facts(&[]), [0.0; 5], [0.0; 5])];
    let filled = [
        ("primary_tumour", code("lung")),
        ("liver_metastasis", Value::Flag(true)),
        ("karnofsky", Value::Number(60.0)),
    ];
    for age in 40..64 {
        let mut facts = facts(&filled);
        facts.insert(FeatureId::unchecked("age"), Value::Number(f64::from(age)));
        rows.push(golden_row(
            facts,
            [(f64::from(age) - 65.0) / 10.0, 1.0, 1.0, 1.0, 0.0],
            [1.0; 5],
        ));
    }
    GoldenFile { rows }
}

fn golden_row(facts: Facts, values: [f64; 5], known: [f64; 5]) -> GoldenRow {
    let alive = [3.0, 6.0, 12.0]
        .map(|months: f64| (months.to_string(), expected_point(&values, &known, months)));
    GoldenRow {
        facts,
        values: values.to_vec(),
        known: known.to_vec(),
        alive: alive.into(),
        setting: None,
        cord_compression: None,
        shapley: BTreeMap::new(),
        benefit: Vec::new(),
    }
}

pub(crate) fn model(graph: GraphProto) -> ModelProto {
    ModelProto {
        ir_version: 8,
        opset_import: vec![OperatorSetIdProto {
            domain: String::new(),
            version: 17,
        }],
        graph: Some(graph),
        ..ModelProto::default()
    }
}

pub(crate) fn graph() -> GraphProto {
    let spread = |weight: f64| [weight as f32; 4];
    let weights: Vec<f32> = WEIGHTS.iter().flat_map(|weight| spread(*weight)).collect();
    GraphProto {
        name: "synthetic".to_owned(),
        input: vec![end("values", &["N", "5"]), end("known", &["N", "5"])],
        output: vec![end("survival", &["N", "4", "5"])],
        initializer: vec![
            constant("weights", &[5, 4], &weights),
            constant("known_weights", &[5, 4], &[-0.1; 20]),
            constant("biases", &[4], &BIASES.map(|bias| bias as f32)),
            constant("months", &[5], &MONTHS.map(|month| -month as f32)),
            TensorProto {
                name: "last_axis".to_owned(),
                dims: vec![1],
                data_type: DataType::Int64 as i32,
                int64_data: vec![2],
                ..TensorProto::default()
            },
        ],
        node: vec![
            node("MatMul", &["values", "weights"], "from_values"),
            node("MatMul", &["known", "known_weights"], "from_known"),
            node("Add", &["from_values", "from_known"], "from_both"),
            node("Add", &["from_both", "biases"], "log_hazard"),
            node("Exp", &["log_hazard"], "hazard"),
            node("Unsqueeze", &["hazard", "last_axis"], "hazard_column"),
            node(
                "Mul",
                &["hazard_column", "months"],
                "negative_cumulative_hazard",
            ),
            node("Exp", &["negative_cumulative_hazard"], "survival"),
        ],
        ..GraphProto::default()
    }
}

pub(crate) fn second_graph() -> GraphProto {
    let mut graph = graph();
    graph.input.push(end("setting", &["N", "2"]));
    graph.output.insert(0, end("cord_compression", &["N", "4"]));
    let settings = [[0.0; 4], [SURGERY as f32; 4]].concat();
    let mut liver = [0.0; 20];
    liver[8..12].fill(CORD_LIVER as f32);
    graph.initializer.extend([
        constant("setting_weights", &[2, 4], &settings),
        constant("cord_weights", &[5, 4], &liver),
        constant("cord_biases", &[4], &CORD_BIASES.map(|bias| bias as f32)),
    ]);
    graph.node[3] = node("Add", &["from_both", "biases"], "log_hazard_of_referral");
    graph.node.splice(
        4..4,
        [
            node("MatMul", &["setting", "setting_weights"], "from_setting"),
            node(
                "Add",
                &["log_hazard_of_referral", "from_setting"],
                "log_hazard",
            ),
            node("MatMul", &["values", "cord_weights"], "cord_from_values"),
            node("Add", &["cord_from_values", "cord_biases"], "cord_logit"),
            node("Sigmoid", &["cord_logit"], "cord_compression"),
        ],
    );
    graph
}

pub(crate) fn node(operator: &str, inputs: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: operator.to_owned(),
        name: format!("make_{output}"),
        input: inputs.iter().map(|input| (*input).to_owned()).collect(),
        output: vec![output.to_owned()],
        ..NodeProto::default()
    }
}

pub(crate) fn constant(name: &str, dims: &[i64], numbers: &[f32]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: dims.to_vec(),
        data_type: DataType::Float as i32,
        float_data: numbers.to_vec(),
        ..TensorProto::default()
    }
}

/// A `Constant` node whose tensor hides in an attribute.
pub(crate) fn constant_node(tensor: TensorProto, output: &str) -> NodeProto {
    let attribute = AttributeProto {
        name: "value".to_owned(),
        r#type: AttributeType::Tensor as i32,
        t: Some(tensor),
        ..AttributeProto::default()
    };
    NodeProto {
        attribute: vec![attribute],
        ..node("Constant", &[], output)
    }
}

pub(crate) fn end(name: &str, dims: &[&str]) -> ValueInfoProto {
    let dim = dims.iter().map(|dim| Dimension {
        denotation: String::new(),
        value: Some(match dim.parse() {
            Ok(number) => dimension::Value::DimValue(number),
            Err(_) => dimension::Value::DimParam((*dim).to_owned()),
        }),
    });
    let tensor = type_proto::Tensor {
        elem_type: DataType::Float as i32,
        shape: Some(TensorShapeProto { dim: dim.collect() }),
    };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            denotation: String::new(),
            value: Some(type_proto::Value::TensorType(tensor)),
        }),
        doc_string: String::new(),
    }
}
