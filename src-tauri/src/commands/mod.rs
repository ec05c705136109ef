//! The one door between the interface and Rust, by subject; a few lines each.

mod audit;
mod backup;
mod cases;
mod decision;
mod images;
mod imports;
mod levels;
mod meetings;
mod people;
mod reports;
mod session;
mod sharing;
mod signing;
mod study;
mod verification;

use crate::SharedBoard;
use board::BoardError;

/// Every command that the interface may call.
pub(crate) fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        session::status,
        session::accept_research_use,
        session::create_store,
        session::unlock,
        session::unlock_with_recovery_key,
        session::unlock_with_keychain,
        session::lock,
        session::change_passphrase,
        session::make_recovery_key,
        session::set_keychain,
        session::set_auto_lock,
        session::set_language,
        session::note_activity,
        session::words,
        session::catalogue,
        session::score_sheets,
        audit::audit_verify,
        audit::audit_rows,
        audit::export_audit,
        backup::write_backup,
        backup::set_backup_schedule,
        backup::restore_backup,
        backup::restore_backup_with_recovery_key,
        backup::pick_backup_file,
        people::add_person,
        people::change_person,
        people::set_person_secret,
        people::set_preference,
        people::sign_in,
        people::sign_out,
        cases::list_cases,
        cases::create_case,
        cases::open_case,
        cases::open_demo_case,
        cases::set_identity,
        cases::set_episode,
        cases::set_index_level,
        cases::record_observation,
        cases::retract_observation,
        cases::undo,
        cases::redo,
        cases::explain,
        cases::earlier_results,
        cases::check_entry,
        cases::save_draft,
        cases::drafts,
        levels::add_course,
        levels::change_course,
        levels::remove_course,
        levels::add_lesion,
        levels::change_lesion,
        levels::remove_lesion,
        decision::lock_estimate,
        decision::reveal_without_estimate,
        decision::try_out,
        decision::deciding_facts,
        decision::set_decision_settings,
        signing::save_decision,
        signing::sign_decision,
        signing::add_addendum,
        signing::set_action_done,
        signing::record_carried_out,
        signing::open_discussion,
        signing::record_follow_up,
        signing::change_follow_up,
        signing::remove_follow_up,
        signing::set_milestone,
        meetings::home,
        meetings::search,
        meetings::meetings,
        meetings::meeting,
        meetings::create_meeting,
        meetings::change_meeting,
        meetings::set_attendance,
        meetings::add_to_meeting,
        meetings::change_agenda_item,
        meetings::move_agenda_item,
        meetings::start_agenda_item,
        meetings::end_agenda_item,
        meetings::close_meeting,
        meetings::export_clock,
        meetings::week_settings,
        meetings::set_week_settings,
        images::open_images,
        images::cancel_images,
        images::read_frames,
        images::stack_geometry,
        images::link_study,
        images::unlink_study,
        images::mark_key_image,
        images::remove_key_image,
        images::draw_mark,
        images::redraw_mark,
        images::describe_mark,
        images::remove_mark,
        images::propose_canal,
        images::propose_outline,
        images::label_spine,
        images::key_image_png,
        imports::read_import_table,
        imports::preview_import,
        imports::run_import,
        imports::imports,
        imports::take_back_import,
        imports::import_mappings,
        imports::save_import_mapping,
        reports::export_pdf,
        reports::export_referrer_summary,
        reports::export_meeting_list,
        reports::export_minutes,
        reports::year,
        reports::export_year,
        reports::export_objects,
        reports::export_deidentified,
        reports::pick_folder,
        reports::pick_images_file,
        reports::pick_save_path,
        reports::pick_table,
        sharing::open_shared,
        sharing::close_shared,
        sharing::present,
        sharing::presented,
        sharing::present_picture,
        sharing::presented_picture,
        sharing::tell_pages,
        study::study_options,
        study::study_table,
        study::cancel_study,
        study::export_study,
        verification::own_results,
        verification::own_results_in_short,
        verification::cancel_own_results,
        verification::propose_recalibration,
        verification::keep_proposed_recalibration,
        verification::remove_recalibration,
    ]
}

/// Runs work that reads files, decodes or computes away from the window's own thread.
async fn away<T: Send + 'static>(
    board: &tauri::State<'_, SharedBoard>,
    work: impl FnOnce(&board::Board) -> Result<T, BoardError> + Send + 'static,
) -> Result<T, BoardError> {
    let board = SharedBoard::clone(board);
    tauri::async_runtime::spawn_blocking(move || work(&board))
        .await
        .unwrap_or_else(|_| Err(BoardError::interrupted()))
}
