//! The graph of a forecast: encoded columns in, sample paths out.

use crate::{
    PackError,
    graph::{Contract, End, Graph, Length},
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
    fn contract(&self) -> Contract {
        let end = |name: &'static str, lengths: &[usize]| End {
            name,
            lengths: std::iter::once(Length::Rows)
                .chain(lengths.iter().copied().map(Length::Fixed))
                .collect(),
        };
        let mut inputs = vec![
            end("values", &[self.columns]),
            end("known", &[self.columns]),
        ];
        if self.settings > 0 {
            inputs.push(end("setting", &[self.settings]));
        }
        let mut outputs = vec![end("survival", &[self.samples, self.times])];
        if self.cord_compression {
            outputs.push(end("cord_compression", &[self.samples]));
        }
        Contract {
            inputs,
            outputs,
            limits: None,
        }
    }
}

/// What a graph answers: survival [rows, samples, times], and cord compression [rows, samples] or
/// nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Paths {
    pub(crate) survival: Vec<f32>,
    pub(crate) cord_compression: Vec<f32>,
}

#[derive(Clone)]
pub(crate) struct ForecastGraph {
    graph: Graph,
    shape: Shape,
}

impl ForecastGraph {
    /// Reads the bytes of the ONNX file called `file`.
    pub(crate) fn read(file: &str, bytes: &[u8], shape: Shape) -> Result<ForecastGraph, PackError> {
        let graph = Graph::read(file, bytes, shape.contract())?;
        Ok(ForecastGraph { graph, shape })
    }

    /// Runs rows of encoded columns in the setting of that number, row by row.
    pub(crate) fn run(
        &self,
        values: &[f32],
        known: &[f32],
        setting: usize,
    ) -> Result<Paths, PackError> {
        let rows = values.len() / self.shape.columns;
        let settings = self.shape.settings;
        let one_hot: Vec<f32> = (0..rows * settings)
            .map(|at| f32::from(u8::from(at % settings == setting)))
            .collect();
        let mut inputs = vec![values, known];
        if settings > 0 {
            inputs.push(&one_hot);
        }
        let mut answers = self.graph.run(&inputs, rows)?.into_iter();
        Ok(Paths {
            survival: answers.next().unwrap_or_default(),
            cord_compression: answers.next().unwrap_or_default(),
        })
    }
}
