//! Reports about a meeting: the list before it, which says what is still to be fetched, and the minutes after it.

mod list;
mod parts;
mod protocol;

use crate::{
    Paper, ReportError,
    document::{self, Properties},
    fonts::Typeface,
    frame::{self, Running, application, written},
    layout::Flow,
    standing::Standing,
    style,
    voice::Voice,
};
use clinical::{
    case::{BoardEpisode, Case},
    completeness::ItemReading,
    meeting::Meeting,
};

/// Everything that a report about a meeting shows.
#[derive(Debug, Clone, Copy)]
pub struct MeetingReportInput<'a> {
    pub meeting: &'a Meeting,
    /// One for each item of the agenda, in its order.
    pub cases: &'a [MeetingCase<'a>],
    pub paper: Paper<'a>,
}

/// A case on the list.
#[derive(Debug, Clone, Copy)]
pub struct MeetingCase<'a> {
    /// None where the case is not in the store any more.
    pub case: Option<&'a Case>,
    /// The discussion that is meant.
    pub episode: Option<&'a BoardEpisode>,
    /// Signs of an emergency are known on the day of the meeting.
    pub urgent: bool,
    /// What is there on the day of the meeting.
    pub completeness: &'a [ItemReading],
    /// Findings that are alerts.
    pub alerts: u32,
}

/// The list before a meeting: order, minutes, patients, questions, and what is to be fetched.
pub fn meeting_list(input: &MeetingReportInput) -> Result<Vec<u8>, ReportError> {
    let (voice, mut flow) = begun(input)?;
    list::draw(&mut flow, &voice, input);
    let standing = list::standing(&voice, input);
    finished(flow, &voice, input, &standing, "report.title.meeting_list")
}

/// The minutes after a meeting: who was there, and what was decided on each case. A draft until the meeting is closed
/// and every decision signed.
pub fn minutes(input: &MeetingReportInput) -> Result<Vec<u8>, ReportError> {
    let (voice, mut flow) = begun(input)?;
    protocol::draw(&mut flow, &voice, input);
    let standing = protocol::standing(&voice, input);
    finished(flow, &voice, input, &standing, "report.title.minutes")
}

fn begun<'a>(input: &MeetingReportInput<'a>) -> Result<(Voice<'a>, Flow), ReportError> {
    let typeface = Typeface::shipped()?;
    let patients = input.cases.iter().filter_map(|one| one.case);
    let voice = Voice::new(input.paper, typeface, patients);
    Ok((voice, Flow::new(typeface)))
}

fn finished(
    mut flow: Flow,
    voice: &Voice,
    input: &MeetingReportInput,
    standing: &Standing,
    kind: &str,
) -> Result<Vec<u8>, ReportError> {
    if voice.has_gaps() {
        flow.paragraph(style::NOTE, &voice.say("report.gaps", &[]));
    }
    let meeting = input.meeting;
    let kind = voice.say(kind, &[]);
    let occasion = parts::occasion(voice, meeting);
    let running = Running {
        kinds: [kind.clone(), kind.clone()],
        occasions: [voice.date(meeting.on), occasion.clone()],
        about: occasion,
        made: [application(voice), written(voice)].join(" · "),
        synthetic: parts::are_synthetic(input),
    };
    let mut sheets = flow.into_sheets();
    frame::draw(&mut sheets, voice, standing, &running);
    let fingerprint = format!("{} {}", meeting.id, input.paper.identity_masked);
    // The day alone: somebody may have named a patient in the title of a meeting.
    let about = voice.date(meeting.on);
    let properties = Properties::of(voice, standing, &kind, &about, &fingerprint);
    document::write(voice.typeface, sheets, Vec::new(), &properties)
}
