//! What was read, what is doubtful about it, and how to read the rest.

use super::super::Talk;
use crate::{
    layout::Flow,
    style::{NOTE, SMALL, WARNING},
};

/// Faults that are printed; the count says how many there are.
const FAULTS_PRINTED: usize = 20;

pub(crate) fn draw(flow: &mut Flow, talk: &Talk) {
    let study = talk.study();
    for sentence in talk.words.read(study) {
        flow.paragraph(SMALL, &talk.printable(&sentence));
    }
    for doubt in talk.words.doubts(study) {
        flow.paragraph(SMALL.in_ink(WARNING), &talk.printable(&doubt));
    }
    flow.paragraph(SMALL, &talk.say("reminder", &[]));
    if !study.faults.is_empty() {
        let count = study.faults.len().to_string();
        let text = talk.say("faults", &[("count", &count)]);
        flow.paragraph(SMALL.in_ink(WARNING), &text);
        for fault in study.faults.iter().take(FAULTS_PRINTED) {
            flow.paragraph(NOTE, &talk.printable(fault));
        }
        let more = study.faults.len().saturating_sub(FAULTS_PRINTED);
        if more > 0 {
            flow.paragraph(
                NOTE,
                &talk.say("faults_more", &[("count", &more.to_string())]),
            );
        }
    }
    flow.space(4.0);
    for note in talk.words.notes(study) {
        flow.paragraph(NOTE, &talk.printable(&note));
    }
    flow.space(6.0);
}
