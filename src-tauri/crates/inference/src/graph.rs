//! The only place that touches tract: bytes of an ONNX file in, numbers out. Every kind of pack reads its
//! graphs here, each with its own [`Contract`].
//!
//! The file is hostile until shown otherwise: external data is refused (it would escape the
//! hashes), constants must be finite, operators must be known, shapes must be those of the
//! manifest, and a panic inside the tensor engine becomes a refusal.

mod checks;
mod limits;

use crate::PackError;
use checks::{check_constants, check_ends, check_operators};
pub(crate) use limits::Limits;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tract_onnx::{
    pb::ModelProto,
    prelude::*,
    tract_hir::{infer::InferenceModelExt, internal::ToDim},
};

/// How long a tensor is along one axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// As many as are asked about at a time.
    Rows,
    Fixed(usize),
}

/// An input or output of single precision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) name: &'static str,
    pub(crate) lengths: Vec<Length>,
}

/// What a manifest promises of a graph. Inputs in the order in which they are fed, outputs in that in which
/// they are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contract {
    pub(crate) inputs: Vec<End>,
    pub(crate) outputs: Vec<End>,
    /// What the graph may be made of and cost; none where its tensors are small by their shapes.
    pub(crate) limits: Option<Limits>,
}

impl End {
    fn dims(&self, rows: &TDim) -> Vec<TDim> {
        let dim = |length: &Length| match length {
            Length::Rows => rows.clone(),
            Length::Fixed(length) => length.to_dim(),
        };
        self.lengths.iter().map(dim).collect()
    }

    fn shape(&self, rows: usize) -> Vec<usize> {
        let length = |length: &Length| match length {
            Length::Rows => rows,
            Length::Fixed(length) => *length,
        };
        self.lengths.iter().map(length).collect()
    }

    fn in_words(&self) -> String {
        let lengths = self.lengths.iter().map(|length| match length {
            Length::Rows => "N".to_owned(),
            Length::Fixed(length) => length.to_string(),
        });
        format!("{} [{}]", self.name, lengths.collect::<Vec<_>>().join(", "))
    }
}

impl Contract {
    fn in_words(&self) -> String {
        let ends = self.inputs.iter().chain(&self.outputs);
        ends.map(End::in_words).collect::<Vec<_>>().join(", ")
    }
}

/// A graph ready to run; cheap to share between threads.
#[derive(Clone)]
pub(crate) struct Graph {
    file: String,
    plan: Arc<TypedRunnableModel>,
    contract: Arc<Contract>,
}

impl Graph {
    /// Reads the bytes of the ONNX file called `file`.
    pub(crate) fn read(file: &str, bytes: &[u8], contract: Contract) -> Result<Graph, PackError> {
        let guarded = catch_unwind(AssertUnwindSafe(|| read(file, bytes, contract)));
        guarded.unwrap_or_else(|_| Err(broken(file, "the tensor engine gave up on it")))
    }

    /// Runs so many rows; `inputs` and the answer in the order of the contract, row by row.
    pub(crate) fn run(&self, inputs: &[&[f32]], rows: usize) -> Result<Vec<Vec<f32>>, PackError> {
        let guarded = catch_unwind(AssertUnwindSafe(|| self.run_plan(inputs, rows)));
        guarded.unwrap_or_else(|_| {
            Err(broken(
                &self.file,
                "the tensor engine gave up on running it",
            ))
        })
    }

    fn run_plan(&self, inputs: &[&[f32]], rows: usize) -> Result<Vec<Vec<f32>>, PackError> {
        let failed = |error: TractError| broken(&self.file, &chain(&error));
        let mut tensors = tvec![];
        for (end, numbers) in self.contract.inputs.iter().zip(inputs) {
            let tensor = Tensor::from_shape(&end.shape(rows), numbers).map_err(failed)?;
            tensors.push(tensor.into_tvalue());
        }
        let outputs = self.plan.run(tensors).map_err(failed)?;
        let mut answers = Vec::with_capacity(outputs.len());
        for (end, output) in self.contract.outputs.iter().zip(&outputs) {
            let found = output.shape();
            if found != end.shape(rows) {
                let found = format!("an answer of shape {found:?}");
                return Err(wrong_shape(&self.file, &self.contract, &found));
            }
            let view = output.to_plain_array_view::<f32>().map_err(failed)?;
            answers.push(view.iter().copied().collect());
        }
        Ok(answers)
    }
}

fn read(file: &str, bytes: &[u8], contract: Contract) -> Result<Graph, PackError> {
    let failed = |error: TractError| broken(file, &chain(&error));
    let onnx = tract_onnx::onnx();
    let proto = onnx.proto_model_for_read(&mut &*bytes).map_err(failed)?;
    let graph = proto
        .graph
        .as_ref()
        .ok_or_else(|| broken(file, "it holds no graph"))?;
    check_ends(file, graph, &contract)?;
    check_operators(file, &onnx, &proto, graph, contract.limits.as_ref())?;
    check_constants(file, graph)?;
    if let Some(limits) = &contract.limits {
        limits.check_nodes(file, graph, &contract)?;
    }

    let model = typed(file, &onnx, &proto, &contract)?;
    if let Some(limits) = &contract.limits {
        limits.check_numbers(file, &model)?;
    }
    let model = model.into_optimized().map_err(failed)?;
    if let Some(limits) = &contract.limits {
        limits.check_work(file, &model)?;
    }
    let plan = model.into_runnable().map_err(failed)?;
    Ok(Graph {
        file: file.to_owned(),
        plan,
        contract: Arc::new(contract),
    })
}

/// The graph with the shapes of all its tensors, its ends in the order of the contract.
fn typed(
    file: &str,
    onnx: &tract_onnx::Onnx,
    proto: &ModelProto,
    contract: &Contract,
) -> Result<TypedModel, PackError> {
    let failed = |error: TractError| broken(file, &chain(&error));
    let graph = proto.graph.as_ref();
    let mut model = onnx
        .clone()
        .with_ignore_output_shapes(true)
        .model_for_proto_model(proto)
        .and_then(|model| model.with_input_names(contract.inputs.iter().map(|end| end.name)))
        .map_err(failed)?;
    let outlets = model.output_outlets().map_err(failed)?.to_vec();
    let place = |wanted: &str| {
        let mut outputs = graph.into_iter().flat_map(|graph| &graph.output);
        outputs.position(|output| output.name == wanted)
    };
    let order = contract.outputs.iter().map(|end| {
        place(end.name)
            .and_then(|place| outlets.get(place).copied())
            .ok_or_else(|| broken(file, "an output is missing"))
    });
    let order = order.collect::<Result<Vec<_>, _>>()?;
    model.select_output_outlets(&order).map_err(failed)?;
    let rows = model.symbols.sym("rows").to_dim();
    for (input, end) in contract.inputs.iter().enumerate() {
        let fact = f32::fact(end.dims(&rows));
        model.set_input_fact(input, fact.into()).map_err(failed)?;
    }
    let model = model.into_typed().map_err(failed)?;
    for (output, end) in contract.outputs.iter().enumerate() {
        let fact = model.output_fact(output).map_err(failed)?;
        if fact.datum_type != f32::datum_type() || fact.shape.dims() != end.dims(&rows) {
            return Err(wrong_shape(file, contract, &format!("an output {fact:?}")));
        }
    }
    Ok(model)
}

fn broken(file: &str, reason: &str) -> PackError {
    PackError::Graph {
        file: file.to_owned(),
        reason: reason.to_owned(),
    }
}

fn wrong_shape(file: &str, contract: &Contract, found: &str) -> PackError {
    PackError::Shape {
        file: file.to_owned(),
        expected: contract.in_words(),
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
