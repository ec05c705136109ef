//! Whether a document is a draft or signed: the strip below the header of every page, and the beginning of its title.

use crate::{
    ReportInput,
    canvas::{Frame, Sheet},
    style::{
        ACCENT, ACCENT_PALE, ALERT, BODY, HEADER_BOTTOM, Ink, MARGIN, PAGE_WIDTH, STRIP_HEIGHT,
        Style, WHITE,
    },
    voice::Voice,
    wrapping::fit_one_of,
};

/// What a reader may take a document for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody answers for it yet; the sentence says why.
    Draft(String),
    /// Signed or closed: by whom, when, which version.
    Final(String),
    /// Neither: a list, or figures as of a day.
    AsOf(String),
}

impl Standing {
    /// By the decision in question.
    pub(crate) fn of_case(voice: &Voice, input: &ReportInput) -> Standing {
        let decision = input.case.current_episode();
        let decision = decision.and_then(|episode| episode.decision.as_ref());
        if input.dates_moved {
            return Standing::AsOf(voice.say("report.standing.copy", &[]));
        }
        let Some(decision) = decision else {
            return Standing::Draft(voice.say("report.standing.no_decision", &[]));
        };
        let Some(seal) = &decision.seal else {
            return Standing::Draft(voice.say("report.standing.not_signed", &[]));
        };
        let (name, time) = (voice.free(&seal.name), voice.local_time(seal.signed_at));
        let signed = [("name", name.as_str()), ("time", time.as_str())];
        let text = match decision.addenda.last() {
            None => voice.say("report.standing.signed", &signed),
            Some(last) => {
                let version = last.version.to_string();
                let (author, added) = (voice.free(&last.name), voice.local_time(last.written_at));
                let later = [
                    ("version", version.as_str()),
                    ("author", author.as_str()),
                    ("added", added.as_str()),
                ];
                voice.say(
                    "report.standing.signed_with_addenda",
                    &[&signed[..], &later[..]].concat(),
                )
            }
        };
        Standing::Final(text)
    }

    fn text(&self) -> &str {
        match self {
            Standing::Draft(text) | Standing::Final(text) | Standing::AsOf(text) => text,
        }
    }

    /// The title of the file, which says so first where it is a draft.
    pub(crate) fn title(&self, voice: &Voice, title: &str) -> String {
        match self {
            Standing::Draft(_) => voice.say("report.standing.draft_title", &[("title", title)]),
            Standing::Final(_) | Standing::AsOf(_) => title.to_owned(),
        }
    }

    /// The strip over the whole width of a page.
    pub(crate) fn draw(&self, sheet: &mut Sheet, voice: &Voice) {
        let (tint, ink): (Ink, Ink) = match self {
            Standing::Draft(_) => (ALERT, WHITE),
            Standing::Final(_) | Standing::AsOf(_) => (ACCENT_PALE, ACCENT),
        };
        let frame = Frame {
            left: 0.0,
            top: HEADER_BOTTOM,
            width: PAGE_WIDTH,
            height: STRIP_HEIGHT,
        };
        sheet.filled(frame, tint);
        let baseline = frame.bottom() - 4.2;
        // Two names with two times are long; they are set smaller before anything is cut off.
        let styles = [8.2, 7.0].map(|size| Style {
            size,
            ..BODY.bold().in_ink(ink)
        });
        let width = PAGE_WIDTH - 2.0 * MARGIN;
        let (style, text) = fit_one_of(voice.typeface, styles, self.text(), width);
        sheet.text(MARGIN, baseline, style, &text);
    }
}
