//! Estimates before the model, facts tried out, and the board's own limit.

use super::away;
use crate::SharedBoard;
use board::{
    AppStatus, Assessment, BoardError, CaseView, DecisionSettings, EstimateInput, SweepRow,
    TriedFact,
};
use tauri::State;

type Result<T> = std::result::Result<T, BoardError>;

#[tauri::command]
pub(super) async fn lock_estimate(
    board: State<'_, SharedBoard>,
    case_id: String,
    input: EstimateInput,
) -> Result<CaseView> {
    away(&board, move |board| board.lock_estimate(&case_id, input)).await
}

#[tauri::command]
pub(super) async fn reveal_without_estimate(
    board: State<'_, SharedBoard>,
    case_id: String,
) -> Result<()> {
    away(&board, move |board| board.reveal_without_estimate(&case_id)).await
}

#[tauri::command]
pub(super) async fn try_out(
    board: State<'_, SharedBoard>,
    case_id: String,
    tried: Vec<TriedFact>,
) -> Result<Assessment> {
    away(&board, move |board| board.try_out(&case_id, tried)).await
}

#[tauri::command]
pub(super) async fn deciding_facts(
    board: State<'_, SharedBoard>,
    case_id: String,
) -> Result<Vec<SweepRow>> {
    away(&board, move |board| board.deciding_facts(&case_id)).await
}

#[tauri::command]
pub(super) async fn set_decision_settings(
    board: State<'_, SharedBoard>,
    settings: DecisionSettings,
) -> Result<AppStatus> {
    away(&board, move |board| board.set_decision_settings(settings)).await
}
