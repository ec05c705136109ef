//! The case list and the open case; every change answers with the fresh view.

use super::away;
use crate::SharedBoard;
use board::{
    BoardError, CaseList, CaseView, EarlierResult, EntryAdvice, ExplainedEndpoint,
    ExplanationState, Identity, Level, NaiveDate, ObservationInput,
};
use std::collections::BTreeMap;
use tauri::State;

type Result<T> = std::result::Result<T, BoardError>;

#[tauri::command]
pub(super) async fn list_cases(board: State<'_, SharedBoard>, search: String) -> Result<CaseList> {
    away(&board, move |board| board.list_cases(&search)).await
}

#[tauri::command]
pub(super) async fn create_case(
    board: State<'_, SharedBoard>,
    identity: Identity,
    question: String,
) -> Result<CaseView> {
    away(&board, move |board| board.create_case(identity, &question)).await
}

#[tauri::command]
pub(super) async fn open_case(board: State<'_, SharedBoard>, case_id: String) -> Result<CaseView> {
    away(&board, move |board| board.open_case(&case_id)).await
}

#[tauri::command]
pub(super) async fn open_demo_case(board: State<'_, SharedBoard>) -> Result<CaseView> {
    away(&board, |board| board.open_demo_case()).await
}

#[tauri::command]
pub(super) async fn set_identity(
    board: State<'_, SharedBoard>,
    case_id: String,
    identity: Identity,
) -> Result<CaseView> {
    away(&board, move |board| board.set_identity(&case_id, identity)).await
}

#[tauri::command]
pub(super) async fn set_episode(
    board: State<'_, SharedBoard>,
    case_id: String,
    index_date: NaiveDate,
    question: String,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.set_episode(&case_id, index_date, question)
    })
    .await
}

#[tauri::command]
pub(super) async fn set_index_level(
    board: State<'_, SharedBoard>,
    case_id: String,
    level: Option<Level>,
) -> Result<CaseView> {
    away(&board, move |board| board.set_index_level(&case_id, level)).await
}

#[tauri::command]
pub(super) async fn record_observation(
    board: State<'_, SharedBoard>,
    case_id: String,
    input: ObservationInput,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.record_observation(&case_id, input)
    })
    .await
}

#[tauri::command]
pub(super) async fn retract_observation(
    board: State<'_, SharedBoard>,
    case_id: String,
    observation_id: String,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.retract_observation(&case_id, &observation_id)
    })
    .await
}

#[tauri::command]
pub(super) async fn undo(board: State<'_, SharedBoard>, case_id: String) -> Result<CaseView> {
    away(&board, move |board| board.undo(&case_id)).await
}

#[tauri::command]
pub(super) async fn redo(board: State<'_, SharedBoard>, case_id: String) -> Result<CaseView> {
    away(&board, move |board| board.redo(&case_id)).await
}

#[tauri::command]
pub(super) async fn explain(
    board: State<'_, SharedBoard>,
    case_id: String,
    endpoint: ExplainedEndpoint,
) -> Result<ExplanationState> {
    away(&board, move |board| board.explain(&case_id, endpoint)).await
}

#[tauri::command]
pub(super) async fn earlier_results(
    board: State<'_, SharedBoard>,
    case_id: String,
) -> Result<Vec<EarlierResult>> {
    away(&board, move |board| board.earlier_results(&case_id)).await
}

#[tauri::command]
pub(super) fn check_entry(
    board: State<'_, SharedBoard>,
    feature: String,
    value: f64,
    unit: Option<String>,
) -> Result<EntryAdvice> {
    board.check_entry(&feature, value, unit.as_deref())
}

#[tauri::command]
pub(super) async fn save_draft(
    board: State<'_, SharedBoard>,
    case_id: String,
    field: String,
    text: String,
) -> Result<()> {
    away(&board, move |board| {
        board.save_draft(&case_id, &field, &text)
    })
    .await
}

#[tauri::command]
pub(super) async fn drafts(
    board: State<'_, SharedBoard>,
    case_id: String,
) -> Result<BTreeMap<String, String>> {
    away(&board, move |board| board.drafts(&case_id)).await
}
