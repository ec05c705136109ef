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

/// Shape that the manifest promises: `values` and `known` [N, columns], `survival` [N, samples, times].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) columns: usize,
    pub(crate) samples: usize,
    pub(crate) times: usize,
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

    /// Runs rows of encoded columns; the answer is [rows, samples, times], row by row.
    pub(crate) fn run(&self, values: &[f32], known: &[f32]) -> Result<Vec<f32>, PackError> {
        let guarded = catch_unwind(AssertUnwindSafe(|| self.run_plan(values, known)));
        guarded.unwrap_or_else(|_| {
            Err(broken(
                &self.file,
                "the tensor engine gave up on running it",
            ))
        })
    }

    fn run_plan(&self, values: &[f32], known: &[f32]) -> Result<Vec<f32>, PackError> {
        let Shape {
            columns,
            samples,
            times,
        } = self.shape;
        let rows = values.len() / columns;
        let failed = |error: TractError| broken(&self.file, &chain(&error));
        let tensor = |data: &[f32]| Tensor::from_shape(&[rows, columns], data).map_err(failed);
        let inputs = tvec![tensor(values)?.into_tvalue(), tensor(known)?.into_tvalue()];
        let outputs = self.plan.run(inputs).map_err(failed)?;
        let found = outputs[0].shape();
        if found != [rows, samples, times] {
            return Err(self.wrong_shape(&format!("an answer of shape {found:?}")));
        }
        let view = outputs[0].to_plain_array_view::<f32>().map_err(failed)?;
        Ok(view.iter().copied().collect())
    }

    fn wrong_shape(&self, found: &str) -> PackError {
        wrong_shape(&self.file, self.shape, found)
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
        .and_then(|model| model.with_input_names(["values", "known"]))
        .map_err(failed)?;
    let rows = model.symbols.sym("rows").to_dim();
    for input in 0..2 {
        let fact = f32::fact([rows.clone(), shape.columns.to_dim()]);
        model.set_input_fact(input, fact.into()).map_err(failed)?;
    }
    let model = model.into_typed().map_err(failed)?;
    let fact = model.output_fact(0).map_err(failed)?;
    let expected = [rows, shape.samples.to_dim(), shape.times.to_dim()];
    if fact.datum_type != f32::datum_type() || fact.shape.dims() != expected {
        return Err(wrong_shape(file, shape, &format!("an output {fact:?}")));
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
    let outputs: Vec<&str> = graph
        .output
        .iter()
        .map(|output| output.name.as_str())
        .collect();
    if inputs != BTreeSet::from(["known", "values"]) || outputs != ["survival"] {
        return Err(wrong_shape(
            file,
            shape,
            &format!("inputs {inputs:?} and outputs {outputs:?}"),
        ));
    }
    let mut made = graph.node.iter().flat_map(|node| &node.output);
    if !made.any(|output| output == "survival") {
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
    let Shape {
        columns,
        samples,
        times,
    } = shape;
    PackError::Shape {
        file: file.to_owned(),
        expected: format!("values and known [N, {columns}], survival [N, {samples}, {times}]"),
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
