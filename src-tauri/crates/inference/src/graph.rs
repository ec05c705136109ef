//! The only place that touches tract: bytes of an ONNX file in, sample paths out.
//!
//! The file is hostile until shown otherwise: external data is refused (it would escape the
//! hashes), constants must be finite, operators must be known, shapes must be those of the
//! manifest, and a panic inside the tensor engine becomes a refusal.

use crate::PackError;
use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
};
use tract_onnx::{
    Onnx,
    pb::{GraphProto, ModelProto, TensorProto, tensor_proto::DataLocation},
    prelude::*,
    tract_hir::{infer::InferenceModelExt, internal::ToDim},
};

/// Shape that the manifest promises: `values` and `known` [N, columns], where there are settings
/// `setting` [N, settings], `survival` [N, samples, times] and perhaps `cord_compression` [N, samples].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) columns: usize,
    pub(crate) settings: usize,
    pub(crate) samples: usize,
    pub(crate) times: usize,
    pub(crate) cord_compression: bool,
}

impl Shape {
    /// Names and widths of the inputs, in the order in which they are fed.
    fn inputs(&self) -> Vec<(&'static str, usize)> {
        let mut inputs = vec![("values", self.columns), ("known", self.columns)];
        if self.settings > 0 {
            inputs.push(("setting", self.settings));
        }
        inputs
    }

    /// Names of the outputs and their lengths after the row, in the order in which they are read.
    fn outputs(&self) -> Vec<(&'static str, Vec<usize>)> {
        let mut outputs = vec![("survival", vec![self.samples, self.times])];
        if self.cord_compression {
            outputs.push(("cord_compression", vec![self.samples]));
        }
        outputs
    }

    fn in_words(&self) -> String {
        let inputs = self
            .inputs()
            .into_iter()
            .map(|(name, width)| format!("{name} [N, {width}]"));
        let outputs = self.outputs().into_iter().map(|(name, lengths)| {
            format!(
                "{name} [N, {}]",
                lengths
                    .iter()
                    .map(usize::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        });
        inputs.chain(outputs).collect::<Vec<_>>().join(", ")
    }
}

/// What a graph answers: survival [rows, samples, times], and cord compression [rows, samples] or
/// nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Paths {
    pub(crate) survival: Vec<f32>,
    pub(crate) cord_compression: Vec<f32>,
}

/// A graph ready to run; cheap to share between threads.
#[derive(Clone)]
pub(crate) struct Graph {
    file: String,
    plan: Arc<TypedRunnableModel>,
    shape: Shape,
}

impl Graph {
    /// Reads the bytes of the ONNX file called `file`.
    pub(crate) fn read(file: &str, bytes: &[u8], shape: Shape) -> Result<Graph, PackError> {
        let guarded = catch_unwind(AssertUnwindSafe(|| read(file, bytes, shape)));
        guarded.unwrap_or_else(|_| Err(broken(file, "the tensor engine gave up on it")))
    }

    /// Runs rows of encoded columns in the setting of that number, row by row.
    pub(crate) fn run(
        &self,
        values: &[f32],
        known: &[f32],
        setting: usize,
    ) -> Result<Paths, PackError> {
        let guarded = catch_unwind(AssertUnwindSafe(|| self.run_plan(values, known, setting)));
        guarded.unwrap_or_else(|_| {
            Err(broken(
                &self.file,
                "the tensor engine gave up on running it",
            ))
        })
    }

    fn run_plan(&self, values: &[f32], known: &[f32], setting: usize) -> Result<Paths, PackError> {
        let rows = values.len() / self.shape.columns;
        let failed = |error: TractError| broken(&self.file, &chain(&error));
        let mut inputs = tvec![];
        for (name, width) in self.shape.inputs() {
            let tensor = match name {
                "values" => Tensor::from_shape(&[rows, width], values),
                "known" => Tensor::from_shape(&[rows, width], known),
                _ => {
                    let one_hot =
                        (0..rows * width).map(|at| f32::from(u8::from(at % width == setting)));
                    Tensor::from_shape(&[rows, width], &one_hot.collect::<Vec<_>>())
                }
            };
            inputs.push(tensor.map_err(failed)?.into_tvalue());
        }
        let outputs = self.plan.run(inputs).map_err(failed)?;
        let mut answers = Vec::new();
        for ((_, lengths), output) in self.shape.outputs().into_iter().zip(&outputs) {
            let found = output.shape();
            if found.first() != Some(&rows) || found[1..] != lengths {
                return Err(wrong_shape(
                    &self.file,
                    self.shape,
                    &format!("an answer of shape {found:?}"),
                ));
            }
            let view = output.to_plain_array_view::<f32>().map_err(failed)?;
            answers.push(view.iter().copied().collect());
        }
        let mut answers = answers.into_iter();
        Ok(Paths {
            survival: answers.next().unwrap_or_default(),
            cord_compression: answers.next().unwrap_or_default(),
        })
    }
}

fn read(file: &str, bytes: &[u8], shape: Shape) -> Result<Graph, PackError> {
    let failed = |error: TractError| broken(file, &chain(&error));
    let onnx = tract_onnx::onnx();
    let proto = onnx.proto_model_for_read(&mut &*bytes).map_err(failed)?;
    let graph = proto
        .graph
        .as_ref()
        .ok_or_else(|| broken(file, "it holds no graph"))?;
    check_ends(file, graph, shape)?;
    check_operators(file, &onnx, &proto, graph)?;
    check_constants(file, graph)?;

    let mut model = onnx
        .with_ignore_output_shapes(true)
        .model_for_proto_model(&proto)
        .and_then(|model| model.with_input_names(shape.inputs().into_iter().map(|(name, _)| name)))
        .map_err(failed)?;
    let outlets = model.output_outlets().map_err(failed)?.to_vec();
    let place = |wanted: &str| graph.output.iter().position(|output| output.name == wanted);
    let order = shape.outputs().into_iter().map(|(name, _)| {
        place(name)
            .and_then(|place| outlets.get(place).copied())
            .ok_or_else(|| broken(file, "an output is missing"))
    });
    let order = order.collect::<Result<Vec<_>, _>>()?;
    model.select_output_outlets(&order).map_err(failed)?;
    let rows = model.symbols.sym("rows").to_dim();
    for (input, (_, width)) in shape.inputs().into_iter().enumerate() {
        let fact = f32::fact([rows.clone(), width.to_dim()]);
        model.set_input_fact(input, fact.into()).map_err(failed)?;
    }
    let model = model.into_typed().map_err(failed)?;
    for (output, (_, lengths)) in shape.outputs().into_iter().enumerate() {
        let fact = model.output_fact(output).map_err(failed)?;
        let lengths = lengths.iter().map(ToDim::to_dim);
        let expected: Vec<TDim> = std::iter::once(rows.clone()).chain(lengths).collect();
        if fact.datum_type != f32::datum_type() || fact.shape.dims() != expected {
            return Err(wrong_shape(file, shape, &format!("an output {fact:?}")));
        }
    }
    let plan = model
        .into_optimized()
        .and_then(|model| model.into_runnable())
        .map_err(failed)?;
    Ok(Graph {
        file: file.to_owned(),
        plan,
        shape,
    })
}

fn check_ends(file: &str, graph: &GraphProto, shape: Shape) -> Result<(), PackError> {
    let constants: BTreeSet<&str> = graph
        .initializer
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect();
    let inputs: BTreeSet<&str> = graph
        .input
        .iter()
        .map(|input| input.name.as_str())
        .filter(|name| !constants.contains(name))
        .collect();
    let outputs: BTreeSet<&str> = graph
        .output
        .iter()
        .map(|output| output.name.as_str())
        .collect();
    let wanted_inputs: BTreeSet<&str> = shape.inputs().into_iter().map(|(name, _)| name).collect();
    let wanted_outputs: BTreeSet<&str> =
        shape.outputs().into_iter().map(|(name, _)| name).collect();
    if inputs != wanted_inputs || outputs != wanted_outputs {
        return Err(wrong_shape(
            file,
            shape,
            &format!("inputs {inputs:?} and outputs {outputs:?}"),
        ));
    }
    let made: BTreeSet<&str> = graph
        .node
        .iter()
        .flat_map(|node| node.output.iter().map(String::as_str))
        .collect();
    if !outputs.is_subset(&made) {
        return Err(broken(file, "no node makes its output"));
    }
    Ok(())
}

fn check_operators(
    file: &str,
    onnx: &Onnx,
    proto: &ModelProto,
    graph: &GraphProto,
) -> Result<(), PackError> {
    let foreign = |domain: &str| !matches!(domain, "" | "ai.onnx" | "ai.onnx.ml");
    let mut unsupported = BTreeSet::new();
    for_each_graph(graph, &mut |graph| {
        for node in &graph.node {
            if foreign(&node.domain) || !onnx.op_register.0.contains_key(&node.op_type) {
                unsupported.insert(node.op_type.clone());
            }
        }
        Ok(())
    })?;
    unsupported.extend(
        proto
            .functions
            .iter()
            .filter_map(|function| function.name.clone()),
    );
    if unsupported.is_empty() {
        return Ok(());
    }
    let operators = unsupported.into_iter().collect::<Vec<_>>().join(", ");
    Err(PackError::UnsupportedOperator {
        file: file.to_owned(),
        operators,
    })
}

fn check_constants(file: &str, graph: &GraphProto) -> Result<(), PackError> {
    for_each_graph(graph, &mut |graph| {
        if !graph.sparse_initializer.is_empty() {
            return Err(broken(file, "it holds sparse constants"));
        }
        for tensor in &graph.initializer {
            check_tensor(file, &tensor.name, tensor)?;
        }
        for node in &graph.node {
            for attribute in &node.attribute {
                let place = || format!("{}.{}", node.name, attribute.name);
                if attribute.sparse_tensor.is_some() || !attribute.sparse_tensors.is_empty() {
                    return Err(broken(file, "it holds sparse constants"));
                }
                if !attribute.f.is_finite()
                    || !attribute.floats.iter().all(|number| number.is_finite())
                {
                    return Err(not_finite(file, &place()));
                }
                for tensor in attribute.t.iter().chain(&attribute.tensors) {
                    check_tensor(file, &place(), tensor)?;
                }
            }
        }
        Ok(())
    })
}

/// A constant must lie in the file itself and hold finite numbers only.
fn check_tensor(file: &str, place: &str, proto: &TensorProto) -> Result<(), PackError> {
    if proto.data_location == Some(DataLocation::External as i32) || !proto.external_data.is_empty()
    {
        return Err(broken(file, &format!("{place} lies outside the file")));
    }
    let provider = &*Onnx::default().provider;
    let tensor = tract_onnx::tensor::load_tensor(provider, proto, None)
        .map_err(|error| broken(file, &format!("{place}: {}", chain(&error))))?;
    if !tensor.datum_type().is_float() {
        return Ok(());
    }
    let numbers = tensor
        .cast_to::<f64>()
        .map_err(|error| broken(file, &chain(&error)))?;
    let numbers = numbers
        .to_plain_array_view::<f64>()
        .map_err(|error| broken(file, &chain(&error)))?;
    if numbers.iter().all(|number| number.is_finite()) {
        Ok(())
    } else {
        Err(not_finite(file, place))
    }
}

/// Visits a graph and the graphs inside its nodes (branches of `If`, bodies of `Loop`).
fn for_each_graph(
    graph: &GraphProto,
    visit: &mut dyn FnMut(&GraphProto) -> Result<(), PackError>,
) -> Result<(), PackError> {
    visit(graph)?;
    for attribute in graph.node.iter().flat_map(|node| &node.attribute) {
        for inner in attribute.g.iter().chain(&attribute.graphs) {
            for_each_graph(inner, visit)?;
        }
    }
    Ok(())
}

fn broken(file: &str, reason: &str) -> PackError {
    PackError::Graph {
        file: file.to_owned(),
        reason: reason.to_owned(),
    }
}

fn not_finite(file: &str, place: &str) -> PackError {
    PackError::Weights {
        file: file.to_owned(),
        tensor: place.to_owned(),
    }
}

fn wrong_shape(file: &str, shape: Shape, found: &str) -> PackError {
    PackError::Shape {
        file: file.to_owned(),
        expected: shape.in_words(),
        found: found.to_owned(),
    }
}

/// The engine's reasons, outermost first, on one line of bounded length.
fn chain(error: &TractError) -> String {
    let whole = error
        .chain()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ");
    whole
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(300)
        .collect()
}
