//! Published models that are never computed here, in one compact list: why, and what would unlock them.

use crate::{context::Context, layout::Flow, style::NOTE};
use clinical::assessment::ScoreOutcome;

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let scores = &context.input.assessment.scores;
    let mut begun = false;
    for score in scores {
        let ScoreOutcome::NotComputable(why) = &score.outcome else {
            continue;
        };
        if !begun {
            flow.heading(&context.say("report.scores.not_computed", &[]), 40.0);
            begun = true;
        }
        let name = context.free(&score.name);
        let (reason, unlocked_by) = (context.free(&why.reason), context.free(&why.unlocked_by));
        let values = [
            ("name", name.as_str()),
            ("reason", reason.as_str()),
            ("unlocked_by", unlocked_by.as_str()),
        ];
        let mut text = context.say("report.scores.not_computable", &values);
        if let Some(address) = &why.address {
            let address = context.free(address);
            let values = [("address", address.as_str())];
            text = format!(
                "{text} {}",
                context.say("report.scores.offered_at", &values)
            );
        }
        flow.paragraph(NOTE, &text);
    }
    if begun {
        flow.space(8.0);
    }
}
