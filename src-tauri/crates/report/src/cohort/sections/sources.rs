//! Which patients each score was made from, where its probabilities come from, and why it was left out.

use super::super::Talk;
use crate::{
    layout::Flow,
    style::{NOTE, SUBHEADING},
};
use clinical::head_to_head::MODEL;

pub(crate) fn draw(flow: &mut Flow, talk: &Talk) {
    flow.heading(&talk.say("sources", &[]), 40.0);
    let predictors = talk.study().result.predictors.iter();
    for source in predictors.filter(|one| one.id != MODEL) {
        flow.need(24.0);
        flow.paragraph(SUBHEADING, &talk.name(&source.id));
        flow.paragraph(NOTE, &talk.printable(&talk.words.source(source)));
        flow.space(3.0);
    }
}
