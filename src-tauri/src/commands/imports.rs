//! Tables of other programs: read, previewed, imported, taken back.

use super::away;
use crate::SharedBoard;
use board::{
    BoardError, ImportChoices, ImportMapping, ImportPreview, ImportRecord, ImportSource,
    ImportTable, NaiveDate, SavedMapping, TakenBack,
};
use tauri::State;

type Result<T> = std::result::Result<T, BoardError>;

#[tauri::command]
pub(super) async fn read_import_table(
    board: State<'_, SharedBoard>,
    source: ImportSource,
    mapping: Option<ImportMapping>,
    day: Option<NaiveDate>,
    case_id: Option<String>,
) -> Result<ImportTable> {
    away(&board, move |board| {
        board.read_import_table(&source, mapping.as_ref(), day, case_id.as_deref())
    })
    .await
}

#[tauri::command]
pub(super) async fn preview_import(
    board: State<'_, SharedBoard>,
    choices: ImportChoices,
) -> Result<ImportPreview> {
    away(&board, move |board| board.preview_import(&choices)).await
}

#[tauri::command]
pub(super) async fn run_import(
    board: State<'_, SharedBoard>,
    choices: ImportChoices,
    seen: String,
) -> Result<ImportRecord> {
    away(&board, move |board| board.run_import(&choices, &seen)).await
}

#[tauri::command]
pub(super) async fn imports(board: State<'_, SharedBoard>) -> Result<Vec<ImportRecord>> {
    away(&board, |board| board.imports()).await
}

#[tauri::command]
pub(super) async fn take_back_import(
    board: State<'_, SharedBoard>,
    import_id: String,
) -> Result<TakenBack> {
    away(&board, move |board| board.take_back_import(&import_id)).await
}

#[tauri::command]
pub(super) async fn import_mappings(board: State<'_, SharedBoard>) -> Result<Vec<SavedMapping>> {
    away(&board, |board| board.import_mappings()).await
}

#[tauri::command]
pub(super) async fn save_import_mapping(
    board: State<'_, SharedBoard>,
    name: String,
    mapping: Option<ImportMapping>,
) -> Result<Vec<SavedMapping>> {
    away(&board, move |board| {
        board.save_import_mapping(&name, mapping.as_ref())
    })
    .await
}
