//! The forecasts on this centre's own patients, and the recalibration that these would teach.

use super::away;
use crate::SharedBoard;
use board::{
    AppStatus, BoardError, OwnResults, OwnResultsInShort, OwnResultsQuestion, RecalibrationProposal,
};
use tauri::{State, ipc::Channel};

type Result<T> = std::result::Result<T, BoardError>;

/// Checks the forecasts; hears how far it is, from 0 to 1.
#[tauri::command]
pub(super) async fn own_results(
    board: State<'_, SharedBoard>,
    question: OwnResultsQuestion,
    on_progress: Channel<f64>,
) -> Result<OwnResults> {
    away(&board, move |board| {
        // A window that has gone away no longer listens.
        board.own_results(&question, &mut |share| drop(on_progress.send(share)))
    })
    .await
}

#[tauri::command]
pub(super) async fn own_results_in_short(
    board: State<'_, SharedBoard>,
) -> Result<OwnResultsInShort> {
    away(&board, move |board| board.own_results_in_short()).await
}

#[tauri::command]
pub(super) fn cancel_own_results(board: State<'_, SharedBoard>) {
    board.cancel_own_results();
}

/// Learns from the stored patients; hears how far it is, from 0 to 1.
#[tauri::command]
pub(super) async fn propose_recalibration(
    board: State<'_, SharedBoard>,
    on_progress: Channel<f64>,
) -> Result<RecalibrationProposal> {
    away(&board, move |board| {
        board.propose_recalibration(&mut |share| drop(on_progress.send(share)))
    })
    .await
}

#[tauri::command]
pub(super) async fn keep_proposed_recalibration(
    board: State<'_, SharedBoard>,
) -> Result<AppStatus> {
    away(&board, move |board| board.keep_proposed_recalibration()).await
}

/// Takes the recalibration of a pack away; its file is kept.
#[tauri::command]
pub(super) async fn remove_recalibration(
    board: State<'_, SharedBoard>,
    pack: String,
) -> Result<AppStatus> {
    away(&board, move |board| {
        board.remove_recalibration(&pack)?;
        Ok(board.status())
    })
    .await
}
