//! Reports on paper, and the dialogs that ask for a folder or a file name.

use super::away;
use crate::SharedBoard;
use board::{
    BoardError, DeidentifiedInput, DeidentifiedView, ExportedFile, NaiveDate, ReportChoices,
    YearFigures,
};
use tauri::{AppHandle, State};
use tauri_plugin_dialog::{DialogExt, FilePath};

type Result<T> = std::result::Result<T, BoardError>;

/// Writes the full report of a case; without a path it goes into the data folder's `reports`.
#[tauri::command]
pub(super) async fn export_pdf(
    board: State<'_, SharedBoard>,
    case_id: String,
    path: Option<String>,
    choices: ReportChoices,
) -> Result<ExportedFile> {
    away(&board, move |board| {
        board.export_pdf(&case_id, path.as_deref().map(AsRef::as_ref), choices)
    })
    .await
}

/// Writes the one page for whoever referred the patient.
#[tauri::command]
pub(super) async fn export_referrer_summary(
    board: State<'_, SharedBoard>,
    case_id: String,
    path: Option<String>,
    choices: ReportChoices,
) -> Result<ExportedFile> {
    away(&board, move |board| {
        board.export_referrer_summary(&case_id, path.as_deref().map(AsRef::as_ref), choices)
    })
    .await
}

/// Writes the list before a meeting.
#[tauri::command]
pub(super) async fn export_meeting_list(
    board: State<'_, SharedBoard>,
    meeting_id: String,
    path: Option<String>,
    choices: ReportChoices,
) -> Result<ExportedFile> {
    away(&board, move |board| {
        board.export_meeting_list(&meeting_id, path.as_deref().map(AsRef::as_ref), choices)
    })
    .await
}

/// Writes the minutes after a meeting.
#[tauri::command]
pub(super) async fn export_minutes(
    board: State<'_, SharedBoard>,
    meeting_id: String,
    path: Option<String>,
    choices: ReportChoices,
) -> Result<ExportedFile> {
    away(&board, move |board| {
        board.export_minutes(&meeting_id, path.as_deref().map(AsRef::as_ref), choices)
    })
    .await
}

/// What was done in a span of days and what came of it.
#[tauri::command]
pub(super) async fn year(
    board: State<'_, SharedBoard>,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<YearFigures> {
    away(&board, move |board| board.year(from, to)).await
}

/// Writes the report of a span of days.
#[tauri::command]
pub(super) async fn export_year(
    board: State<'_, SharedBoard>,
    from: NaiveDate,
    to: NaiveDate,
    path: Option<String>,
) -> Result<ExportedFile> {
    away(&board, move |board| {
        board.export_year(from, to, path.as_deref().map(AsRef::as_ref))
    })
    .await
}

/// Writes measurements, key images and outlines as DICOM objects into a new folder inside the given one.
#[tauri::command]
pub(super) async fn export_objects(
    board: State<'_, SharedBoard>,
    case_id: String,
    folder: Option<String>,
) -> Result<ExportedFile> {
    away(&board, move |board| {
        board.export_objects(&case_id, folder.as_deref().map(AsRef::as_ref))
    })
    .await
}

/// Writes images, case file and report of a case without identity.
#[tauri::command]
pub(super) async fn export_deidentified(
    board: State<'_, SharedBoard>,
    case_id: String,
    input: DeidentifiedInput,
) -> Result<DeidentifiedView> {
    away(&board, move |board| {
        board.export_deidentified(&case_id, &input)
    })
    .await
}

/// Asks for a folder of images; none if the person closes the dialog.
#[tauri::command]
pub(super) async fn pick_folder(
    app: AppHandle,
    board: State<'_, SharedBoard>,
) -> Result<Option<String>> {
    away(&board, move |_| {
        Ok(text(app.dialog().file().blocking_pick_folder()))
    })
    .await
}

/// Asks for a file of images: a ZIP archive, the directory of a disc, or any other; none if the person
/// closes the dialog.
#[tauri::command]
pub(super) async fn pick_images_file(
    app: AppHandle,
    board: State<'_, SharedBoard>,
) -> Result<Option<String>> {
    away(&board, move |_| {
        Ok(text(app.dialog().file().blocking_pick_file()))
    })
    .await
}

/// Asks for a table of patients; none if the person closes the dialog.
#[tauri::command]
pub(super) async fn pick_table(
    app: AppHandle,
    board: State<'_, SharedBoard>,
) -> Result<Option<String>> {
    away(&board, move |_| {
        let dialog = app
            .dialog()
            .file()
            .add_filter("CSV", &["csv", "tsv", "txt"]);
        Ok(text(dialog.blocking_pick_file()))
    })
    .await
}

/// Asks where to write a file, proposing a name; its ending is the kind of file.
#[tauri::command]
pub(super) async fn pick_save_path(
    app: AppHandle,
    board: State<'_, SharedBoard>,
    name: String,
) -> Result<Option<String>> {
    away(&board, move |_| {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let kind = ending.to_uppercase();
        let dialog = app.dialog().file().add_filter(kind, &[ending]);
        let dialog = dialog.set_file_name(&name);
        Ok(text(dialog.blocking_save_file()))
    })
    .await
}

fn text(path: Option<FilePath>) -> Option<String> {
    path.map(|path| path.to_string())
}
