//! What a graph over images may be made of, hold and cost, so that none keeps a machine busy or fills its
//! memory. A run cannot be stopped, so the work is counted before the first one.

use super::{Contract, broken, chain, checks::for_each_graph};
use crate::PackError;
use std::collections::BTreeSet;
use tract_onnx::{pb::GraphProto, prelude::*, tract_hir::internal::Cost};

/// Of one graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) operators: &'static [&'static str],
    pub(crate) nodes: usize,
    /// Of one tensor.
    pub(crate) numbers: u64,
    /// Multiplications with an addition, and divisions, of one run.
    pub(crate) work: u64,
}

impl Limits {
    /// Counts the nodes, and refuses those that compute from constants alone: the engine would do so while
    /// it loads the graph, however much comes out.
    pub(super) fn check_nodes(
        &self,
        file: &str,
        graph: &GraphProto,
        contract: &Contract,
    ) -> Result<(), PackError> {
        let mut nodes = 0;
        for_each_graph(graph, &mut |graph| {
            nodes += graph.node.len();
            Ok(())
        })?;
        self.compare(file, "nodes", nodes as u64, self.nodes as u64)?;
        let mut of_image: BTreeSet<&str> = contract.inputs.iter().map(|end| end.name).collect();
        let mut waiting: Vec<_> = graph
            .node
            .iter()
            .filter(|node| node.op_type != "Constant")
            .collect();
        // Nodes stand in the order of their computation (ONNX IR specification, "Graphs"); where a file
        // does not keep to it, what is left over is refused.
        waiting.retain(|node| {
            let is_of_image = node
                .input
                .iter()
                .any(|name| of_image.contains(name.as_str()));
            if is_of_image {
                of_image.extend(node.output.iter().map(String::as_str));
            }
            !is_of_image
        });
        match waiting.first() {
            None => Ok(()),
            Some(node) => {
                let reason = format!(
                    "{} {} does not follow from the image: fold constants when exporting",
                    node.op_type, node.name
                );
                Err(broken(file, &reason))
            }
        }
    }

    /// Counts the numbers of each tensor.
    pub(super) fn check_numbers(&self, file: &str, model: &TypedModel) -> Result<(), PackError> {
        for node in &model.nodes {
            for outlet in &node.outputs {
                let mut numbers: u64 = 1;
                for length in outlet.fact.shape.iter() {
                    numbers = numbers.saturating_mul(counted(file, length)?);
                }
                self.compare(file, "numbers in a tensor", numbers, self.numbers)?;
            }
        }
        Ok(())
    }

    /// Counts the work of one run of a graph that is ready to be run.
    pub(super) fn check_work(&self, file: &str, model: &TypedModel) -> Result<(), PackError> {
        let failed = |error: TractError| broken(file, &chain(&error));
        let mut work: u64 = 0;
        for node in &model.nodes {
            let facts = model.node_input_facts(node.id).map_err(failed)?;
            for (cost, count) in node.op.cost(&facts).map_err(failed)? {
                if matches!(cost, Cost::FMA(_) | Cost::Div(_)) {
                    work = work.saturating_add(counted(file, &count)?);
                }
            }
        }
        self.compare(file, "multiplications", work, self.work)
    }

    fn compare(&self, file: &str, what: &str, found: u64, limit: u64) -> Result<(), PackError> {
        if found <= limit {
            return Ok(());
        }
        Err(PackError::TooMuch {
            file: file.to_owned(),
            what: what.to_owned(),
            found,
            limit,
        })
    }
}

fn counted(file: &str, count: &TDim) -> Result<u64, PackError> {
    let number = count.to_i64().ok();
    number
        .and_then(|number| u64::try_from(number).ok())
        .ok_or_else(|| broken(file, &format!("a tensor has the length {count}")))
}
