//! Writes the types that the interface sees as TypeScript, from the values that commands exchange.

use crate::{
    AddendumInput, AgendaInput, AgendaState, AppStatus, Attendance, AuditRowView, AuditView,
    BoardError, CarriedOutInput, CaseList, CaseView, CatalogueView, CohortStudy, CourseInput,
    DecisionInput, DeidentifiedInput, DeidentifiedView, EarlierResult, EntryAdvice, EstimateInput,
    ExplainedEndpoint, ExplanationState, ExportedFile, FollowUpInput, HomeView, ImageLibrary,
    ImportChoices, ImportPreview, ImportTable, KeyImageInput, LesionInput, MarkInput, MeetingInput,
    MeetingSummary, MeetingView, MilestoneKind, ObservationInput, OwnResults, OwnResultsInShort,
    OwnResultsQuestion, PersonChange, PersonInput, RecalibrationProposal, RecoveryKey,
    ReportChoices, SavedMapping, ScanProgress, ScoreSheet, SearchView, SignInput, SpineLabelsInput,
    StackGeometry, StudyOptions, StudyQuestion, SweepRow, TakenBack, TriedFact, WeekSettings,
    WeekView, YearFigures,
};
use std::path::Path;
use ts_rs::{Config, ExportError, TS};

/// Writes one file per type, with everything that the types refer to.
pub fn write(folder: &Path) -> Result<(), ExportError> {
    let config = Config::new().with_out_dir(folder);
    AppStatus::export_all(&config)?;
    AuditRowView::export_all(&config)?;
    AuditView::export_all(&config)?;
    BoardError::export_all(&config)?;
    CaseView::export_all(&config)?;
    CatalogueView::export_all(&config)?;
    CohortStudy::export_all(&config)?;
    CourseInput::export_all(&config)?;
    DeidentifiedInput::export_all(&config)?;
    DeidentifiedView::export_all(&config)?;
    EarlierResult::export_all(&config)?;
    EntryAdvice::export_all(&config)?;
    EstimateInput::export_all(&config)?;
    ExplainedEndpoint::export_all(&config)?;
    ExplanationState::export_all(&config)?;
    ExportedFile::export_all(&config)?;
    ImageLibrary::export_all(&config)?;
    ImportChoices::export_all(&config)?;
    ImportPreview::export_all(&config)?;
    ImportTable::export_all(&config)?;
    KeyImageInput::export_all(&config)?;
    LesionInput::export_all(&config)?;
    ReportChoices::export_all(&config)?;
    MarkInput::export_all(&config)?;
    SpineLabelsInput::export_all(&config)?;
    ObservationInput::export_all(&config)?;
    OwnResults::export_all(&config)?;
    OwnResultsInShort::export_all(&config)?;
    OwnResultsQuestion::export_all(&config)?;
    PersonChange::export_all(&config)?;
    PersonInput::export_all(&config)?;
    RecalibrationProposal::export_all(&config)?;
    RecoveryKey::export_all(&config)?;
    SavedMapping::export_all(&config)?;
    ScanProgress::export_all(&config)?;
    ScoreSheet::export_all(&config)?;
    StackGeometry::export_all(&config)?;
    StudyOptions::export_all(&config)?;
    StudyQuestion::export_all(&config)?;
    SweepRow::export_all(&config)?;
    TakenBack::export_all(&config)?;
    AddendumInput::export_all(&config)?;
    AgendaInput::export_all(&config)?;
    AgendaState::export_all(&config)?;
    Attendance::export_all(&config)?;
    CarriedOutInput::export_all(&config)?;
    CaseList::export_all(&config)?;
    DecisionInput::export_all(&config)?;
    FollowUpInput::export_all(&config)?;
    HomeView::export_all(&config)?;
    MeetingInput::export_all(&config)?;
    MeetingSummary::export_all(&config)?;
    MeetingView::export_all(&config)?;
    MilestoneKind::export_all(&config)?;
    SearchView::export_all(&config)?;
    SignInput::export_all(&config)?;
    WeekSettings::export_all(&config)?;
    WeekView::export_all(&config)?;
    YearFigures::export_all(&config)?;
    TriedFact::export_all(&config)
}
