//! The title, and the band and the lines around every page of a study.

use super::Talk;
use crate::{
    canvas::Sheet,
    frame::{self as around, BAND_BASELINE},
    layout::Flow,
    style::{BODY, CONTENT_WIDTH, MARGIN, NAME, NOTE, PAGE_WIDTH, WHITE},
    wrapping::fit,
};

pub(super) fn title(flow: &mut Flow, talk: &Talk) {
    flow.paragraph(NAME, &talk.say("title", &[]));
    flow.space(4.0);
}

pub(super) fn frame(sheets: &mut [Sheet], talk: &Talk) {
    let pages = sheets.len().to_string();
    for (index, sheet) in sheets.iter_mut().enumerate() {
        band(sheet, talk);
        foot(sheet, talk, &(index + 1).to_string(), &pages);
    }
}

fn band(sheet: &mut Sheet, talk: &Talk) {
    let product = talk.report("report.product", &[]);
    around::band(sheet, &product, &talk.say("title", &[]));
    let made_on = talk.input.words.language().date(talk.input.study.made_on);
    let right = PAGE_WIDTH - MARGIN;
    sheet.text_ending_at(right, BAND_BASELINE, BODY.in_ink(WHITE), &made_on);
}

fn foot(sheet: &mut Sheet, talk: &Talk, page: &str, pages: &str) {
    let numbers = talk.report("report.footer.page", &[("page", page), ("pages", pages)]);
    let research_use = talk.report("report.footer.research_use", &[]);
    let made = fit(talk.typeface, NOTE, &made_by(talk), CONTENT_WIDTH);
    around::foot(sheet, &research_use, &numbers, &made);
}

/// Application, model pack, resamples and time: what is needed to repeat it.
fn made_by(talk: &Talk) -> String {
    let study = talk.input.study;
    let time = talk
        .input
        .generated_at
        .with_timezone(&talk.input.local_offset);
    let time = talk.input.words.language().moment(time);
    let mut parts = vec![format!(
        "{} {}",
        talk.report("report.product", &[]),
        study.app_version
    )];
    if let Some(pack) = &study.pack {
        let fingerprint: String = pack.sha256.chars().take(12).collect();
        let name = format!("{} {} ({fingerprint})", pack.name, pack.version);
        parts.push(talk.report("report.footer.pack", &[("pack", &name)]));
    }
    if let Some(comparison) = study.result.any() {
        let (count, seed) = (
            comparison.bootstraps.to_string(),
            comparison.seed.to_string(),
        );
        let values = [("count", count.as_str()), ("seed", seed.as_str())];
        parts.push(talk.say("resamples", &values));
    }
    if let Some(setting) = &study.setting {
        parts.push(talk.say("setting_in_short", &[("setting", setting)]));
    }
    parts.push(talk.report("report.footer.generated", &[("time", &time)]));
    parts.join(" · ")
}
