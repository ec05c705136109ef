//! Meetings of the board, their lists and who is there; the home screen and the search over everything.

use super::away;
use crate::SharedBoard;
use board::{
    AgendaInput, AgendaState, Attendance, BoardError, ExportedFile, HomeView, MeetingInput,
    MeetingSummary, MeetingView, NaiveDate, SearchView, WeekSettings, WeekView,
};
use tauri::State;

type Result<T> = std::result::Result<T, BoardError>;

#[tauri::command]
pub(super) async fn home(board: State<'_, SharedBoard>) -> Result<HomeView> {
    away(&board, |board| board.home()).await
}

#[tauri::command]
pub(super) async fn search(board: State<'_, SharedBoard>, text: String) -> Result<SearchView> {
    away(&board, move |board| board.search(&text)).await
}

#[tauri::command]
pub(super) async fn meetings(
    board: State<'_, SharedBoard>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<MeetingSummary>> {
    away(&board, move |board| board.meetings(from, to)).await
}

#[tauri::command]
pub(super) async fn meeting(
    board: State<'_, SharedBoard>,
    meeting_id: String,
) -> Result<MeetingView> {
    away(&board, move |board| board.meeting(&meeting_id)).await
}

#[tauri::command]
pub(super) async fn create_meeting(
    board: State<'_, SharedBoard>,
    input: MeetingInput,
) -> Result<MeetingView> {
    away(&board, move |board| board.create_meeting(input)).await
}

#[tauri::command]
pub(super) async fn change_meeting(
    board: State<'_, SharedBoard>,
    meeting_id: String,
    revision: u32,
    input: MeetingInput,
) -> Result<MeetingView> {
    away(&board, move |board| {
        board.change_meeting(&meeting_id, revision, input)
    })
    .await
}

#[tauri::command]
pub(super) async fn set_attendance(
    board: State<'_, SharedBoard>,
    meeting_id: String,
    attendance: Vec<Attendance>,
) -> Result<MeetingView> {
    away(&board, move |board| {
        board.set_attendance(&meeting_id, attendance)
    })
    .await
}

#[tauri::command]
pub(super) async fn add_to_meeting(
    board: State<'_, SharedBoard>,
    meeting_id: String,
    case_id: String,
) -> Result<MeetingView> {
    away(&board, move |board| {
        board.add_to_meeting(&meeting_id, &case_id)
    })
    .await
}

#[tauri::command]
pub(super) async fn change_agenda_item(
    board: State<'_, SharedBoard>,
    meeting_id: String,
    item_id: String,
    input: AgendaInput,
) -> Result<MeetingView> {
    away(&board, move |board| {
        board.change_agenda_item(&meeting_id, &item_id, input)
    })
    .await
}

#[tauri::command]
pub(super) async fn move_agenda_item(
    board: State<'_, SharedBoard>,
    meeting_id: String,
    item_id: String,
    to: u32,
) -> Result<MeetingView> {
    away(&board, move |board| {
        board.move_agenda_item(&meeting_id, &item_id, to)
    })
    .await
}

#[tauri::command]
pub(super) async fn start_agenda_item(
    board: State<'_, SharedBoard>,
    meeting_id: String,
    item_id: String,
) -> Result<MeetingView> {
    away(&board, move |board| {
        board.start_agenda_item(&meeting_id, &item_id)
    })
    .await
}

#[tauri::command]
pub(super) async fn end_agenda_item(
    board: State<'_, SharedBoard>,
    meeting_id: String,
    item_id: String,
    state: AgendaState,
) -> Result<MeetingView> {
    away(&board, move |board| {
        board.end_agenda_item(&meeting_id, &item_id, state)
    })
    .await
}

#[tauri::command]
pub(super) async fn close_meeting(
    board: State<'_, SharedBoard>,
    meeting_id: String,
) -> Result<MeetingView> {
    away(&board, move |board| board.close_meeting(&meeting_id)).await
}

/// Writes the times of the pathway as a table; without a path it goes into the data folder's `reports`.
#[tauri::command]
pub(super) async fn export_clock(
    board: State<'_, SharedBoard>,
    from: NaiveDate,
    to: NaiveDate,
    path: Option<String>,
) -> Result<ExportedFile> {
    away(&board, move |board| {
        board.export_clock(from, to, path.as_deref().map(AsRef::as_ref))
    })
    .await
}

#[tauri::command]
pub(super) async fn week_settings(board: State<'_, SharedBoard>) -> Result<WeekView> {
    away(&board, |board| board.week_settings()).await
}

#[tauri::command]
pub(super) async fn set_week_settings(
    board: State<'_, SharedBoard>,
    settings: WeekSettings,
) -> Result<WeekView> {
    away(&board, move |board| board.set_week_settings(settings)).await
}
