//! What is looked at in the file itself, before the tensor engine builds anything from it.

use super::{Contract, Limits, broken, chain, wrong_shape};
use crate::PackError;
use std::collections::BTreeSet;
use tract_onnx::{
    Onnx,
    pb::{GraphProto, ModelProto, TensorProto, tensor_proto::DataLocation},
};

/// Inputs and outputs are those of the contract, and a node makes each output.
pub(super) fn check_ends(
    file: &str,
    graph: &GraphProto,
    contract: &Contract,
) -> Result<(), PackError> {
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
    let wanted_inputs: BTreeSet<&str> = contract.inputs.iter().map(|end| end.name).collect();
    let wanted_outputs: BTreeSet<&str> = contract.outputs.iter().map(|end| end.name).collect();
    if inputs != wanted_inputs || outputs != wanted_outputs {
        let found = format!("inputs {inputs:?} and outputs {outputs:?}");
        return Err(wrong_shape(file, contract, &found));
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

/// Every operator is one that the engine runs and that this kind of pack may have.
pub(super) fn check_operators(
    file: &str,
    onnx: &Onnx,
    proto: &ModelProto,
    graph: &GraphProto,
    limits: Option<&Limits>,
) -> Result<(), PackError> {
    let is_allowed = |operator: &str| {
        onnx.op_register.0.contains_key(operator)
            && limits.is_none_or(|limits| limits.operators.contains(&operator))
    };
    let foreign = |domain: &str| !matches!(domain, "" | "ai.onnx" | "ai.onnx.ml");
    let mut unsupported = BTreeSet::new();
    for_each_graph(graph, &mut |graph| {
        for node in &graph.node {
            if foreign(&node.domain) || !is_allowed(&node.op_type) {
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

/// Every constant is a finite number that lies in the file.
pub(super) fn check_constants(file: &str, graph: &GraphProto) -> Result<(), PackError> {
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
pub(super) fn for_each_graph(
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

fn not_finite(file: &str, place: &str) -> PackError {
    PackError::Weights {
        file: file.to_owned(),
        tensor: place.to_owned(),
    }
}
