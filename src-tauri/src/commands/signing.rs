//! The board's decision, its signature and addenda, what became of it, and how the patient fared.

use super::away;
use crate::SharedBoard;
use board::{
    AddendumInput, BoardError, CarriedOutInput, CaseView, DecisionInput, FollowUpInput,
    MilestoneKind, NaiveDate, SignInput,
};
use tauri::State;

type Result<T> = std::result::Result<T, BoardError>;

#[tauri::command]
pub(super) async fn save_decision(
    board: State<'_, SharedBoard>,
    case_id: String,
    episode_id: String,
    revision: u32,
    input: DecisionInput,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.save_decision(&case_id, &episode_id, revision, input)
    })
    .await
}

#[tauri::command]
pub(super) async fn sign_decision(
    board: State<'_, SharedBoard>,
    case_id: String,
    episode_id: String,
    revision: u32,
    input: SignInput,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.sign_decision(&case_id, &episode_id, revision, &input)
    })
    .await
}

#[tauri::command]
pub(super) async fn add_addendum(
    board: State<'_, SharedBoard>,
    case_id: String,
    episode_id: String,
    input: AddendumInput,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.add_addendum(&case_id, &episode_id, input)
    })
    .await
}

#[tauri::command]
pub(super) async fn set_action_done(
    board: State<'_, SharedBoard>,
    case_id: String,
    episode_id: String,
    action_id: String,
    on: Option<NaiveDate>,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.set_action_done(&case_id, &episode_id, &action_id, on)
    })
    .await
}

#[tauri::command]
pub(super) async fn record_carried_out(
    board: State<'_, SharedBoard>,
    case_id: String,
    episode_id: String,
    input: CarriedOutInput,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.record_carried_out(&case_id, &episode_id, input)
    })
    .await
}

#[tauri::command]
pub(super) async fn open_discussion(
    board: State<'_, SharedBoard>,
    case_id: String,
    index_date: NaiveDate,
    question: String,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.open_discussion(&case_id, index_date, &question)
    })
    .await
}

#[tauri::command]
pub(super) async fn record_follow_up(
    board: State<'_, SharedBoard>,
    case_id: String,
    input: FollowUpInput,
) -> Result<CaseView> {
    away(&board, move |board| board.record_follow_up(&case_id, input)).await
}

#[tauri::command]
pub(super) async fn change_follow_up(
    board: State<'_, SharedBoard>,
    case_id: String,
    follow_up_id: String,
    input: FollowUpInput,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.change_follow_up(&case_id, &follow_up_id, input)
    })
    .await
}

#[tauri::command]
pub(super) async fn remove_follow_up(
    board: State<'_, SharedBoard>,
    case_id: String,
    follow_up_id: String,
) -> Result<CaseView> {
    away(&board, move |board| {
        board.remove_follow_up(&case_id, &follow_up_id)
    })
    .await
}

#[tauri::command]
pub(super) async fn set_milestone(
    board: State<'_, SharedBoard>,
    case_id: String,
    kind: MilestoneKind,
    on: Option<NaiveDate>,
) -> Result<CaseView> {
    away(&board, move |board| board.set_milestone(&case_id, kind, on)).await
}
