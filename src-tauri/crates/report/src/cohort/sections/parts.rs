//! By primary tumour and by era, a line for each part and predictor; and what the rows lack.

use super::{super::Talk, FINE};
use crate::{
    layout::Flow,
    style::{CONTENT_WIDTH, NOTE, SMALL},
    table::Cell,
};

pub(crate) fn draw(flow: &mut Flow, talk: &Talk) {
    parts(flow, talk);
    missing(flow, talk);
}

fn parts(flow: &mut Flow, talk: &Talk) {
    let parts = &talk.study().result.parts;
    let last = |part: &clinical::head_to_head::CohortPart| {
        part.comparison.counts.horizons.last().map(|one| one.months)
    };
    let Some(months) = parts.first().and_then(last) else {
        return;
    };
    flow.heading(&talk.say("parts", &[]), 80.0);
    let months = months.to_string();
    flow.paragraph(NOTE, &talk.say("parts_note", &[("months", &months)]));
    flow.space(2.0);
    let columns = [
        talk.column("part", 110.0),
        talk.column("patients", 76.0),
        talk.column("predictor", 92.0),
        talk.headed(talk.say("auc_at", &[("months", &months)]), 96.0),
        talk.column("difference", CONTENT_WIDTH - 374.0),
    ];
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for part in parts {
        let counts = &part.comparison.counts;
        for predictor in &part.comparison.predictors {
            let Some(horizon) = predictor.horizons.last() else {
                continue;
            };
            let name = talk.words.part(part);
            let patients = format!("{} ({})", counts.patients, counts.deaths);
            rows.push(vec![
                talk.cell(&name),
                talk.cell(&patients),
                talk.cell(&talk.name(&predictor.id)),
                talk.cell(&talk.words.figure(&horizon.auc.figure, FINE)),
                talk.cell(
                    &talk
                        .words
                        .difference(&horizon.auc, FINE)
                        .unwrap_or_default(),
                ),
            ]);
        }
    }
    flow.table(&columns, &rows);
}

fn missing(flow: &mut Flow, talk: &Talk) {
    let result = &talk.study().result;
    flow.heading(&talk.say("missing", &[]), 40.0);
    let all = f64::from(result.patients.max(1));
    let named: Vec<String> = result
        .missing
        .iter()
        .map(|one| {
            let share = format!("{:.0}", f64::from(one.missing) / all * 100.0);
            let (feature, count) = (talk.words.feature(&one.feature), one.missing.to_string());
            let values = [
                ("feature", feature.as_str()),
                ("count", count.as_str()),
                ("share", share.as_str()),
            ];
            talk.say("missing_share", &values)
        })
        .collect();
    let text = match named.is_empty() {
        true => talk.say("nothing_missing", &[]),
        false => named.join("; "),
    };
    flow.paragraph(SMALL, &text);
    flow.space(8.0);
}
