// The host door over Tauri's IPC: the only file that knows Tauri.
import { Channel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Host, LockReason, Presented, SharedPages, SharedPicture } from './host.ts';
import type { ScanProgress } from './types.ts';

/** True inside the desktop window. */
export function insideTauri(): boolean {
  return '__TAURI_INTERNALS__' in globalThis;
}

/** The host of the desktop window. */
export function tauriHost(): Host {
  return {
    status: () => invoke('status'),
    acceptResearchUse: () => invoke('accept_research_use'),
    createStore: (passphrase) => invoke('create_store', { passphrase }),
    unlock: (passphrase) => invoke('unlock', { passphrase }),
    unlockWithRecoveryKey: (key, newPassphrase) => invoke('unlock_with_recovery_key', { key, newPassphrase }),
    unlockWithKeychain: () => invoke('unlock_with_keychain'),
    lock: () => invoke('lock'),
    onLocked: (callback) => hear('locked', ({ reason }) => callback(reason)),
    noteActivity: () => invoke('note_activity'),
    words: (language) => invoke('words', { language }),
    catalogue: (language) => invoke('catalogue', { language }),
    setLanguage: (language, keep) => invoke('set_language', { language, keep }),
    scoreSheets: () => invoke('score_sheets'),

    changePassphrase: (current, newPassphrase) => invoke('change_passphrase', { current, newPassphrase }),
    makeRecoveryKey: () => invoke('make_recovery_key'),
    setKeychain: (on) => invoke('set_keychain', { on }),
    setAutoLock: (minutes) => invoke('set_auto_lock', { minutes }),
    addPerson: (input) => invoke('add_person', { input }),
    changePerson: (personId, change) => invoke('change_person', { personId, change }),
    setPersonSecret: (personId, current, secret) => invoke('set_person_secret', { personId, current, secret }),
    setPreference: (name, value) => invoke('set_preference', { name, value }),
    signIn: (personId, secret) => invoke('sign_in', { personId, secret }),
    signOut: () => invoke('sign_out'),

    auditVerify: () => invoke('audit_verify'),
    auditRows: (before, count) => invoke('audit_rows', { before, count }),
    exportAudit: (path) => invoke('export_audit', { path }),
    writeBackup: (path) => invoke('write_backup', { path }),
    setBackupSchedule: (folder, everyHours, keep) => invoke('set_backup_schedule', { folder, everyHours, keep }),
    restoreBackup: (path, passphrase) => invoke('restore_backup', { path, passphrase }),
    restoreBackupWithRecoveryKey: (path, key, newPassphrase) => invoke('restore_backup_with_recovery_key', { path, key, newPassphrase }),
    pickBackupFile: () => invoke('pick_backup_file'),

    listCases: (search) => invoke('list_cases', { search }),
    createCase: (identity, question) => invoke('create_case', { identity, question }),
    openCase: (caseId) => invoke('open_case', { caseId }),
    openDemoCase: () => invoke('open_demo_case'),
    setIdentity: (caseId, identity) => invoke('set_identity', { caseId, identity }),
    setEpisode: (caseId, indexDate, question) => invoke('set_episode', { caseId, indexDate, question }),
    setIndexLevel: (caseId, level) => invoke('set_index_level', { caseId, level }),

    explain: (caseId, endpoint) => invoke('explain', { caseId, endpoint }),
    earlierResults: (caseId) => invoke('earlier_results', { caseId }),

    recordObservation: (caseId, input) => invoke('record_observation', { caseId, input }),
    retractObservation: (caseId, observationId) => invoke('retract_observation', { caseId, observationId }),
    addCourse: (caseId, input) => invoke('add_course', { caseId, input }),
    changeCourse: (caseId, courseId, input) => invoke('change_course', { caseId, courseId, input }),
    removeCourse: (caseId, courseId) => invoke('remove_course', { caseId, courseId }),
    addLesion: (caseId, input) => invoke('add_lesion', { caseId, input }),
    changeLesion: (caseId, name, input) => invoke('change_lesion', { caseId, name, input }),
    removeLesion: (caseId, name) => invoke('remove_lesion', { caseId, name }),
    undo: (caseId) => invoke('undo', { caseId }),
    redo: (caseId) => invoke('redo', { caseId }),
    checkEntry: (feature, value, unit) => invoke('check_entry', { feature, value, unit }),
    saveDraft: (caseId, field, text) => invoke('save_draft', { caseId, field, text }),
    drafts: (caseId) => invoke('drafts', { caseId }),

    lockEstimate: (caseId, input) => invoke('lock_estimate', { caseId, input }),
    revealWithoutEstimate: (caseId) => invoke('reveal_without_estimate', { caseId }),
    tryOut: (caseId, tried) => invoke('try_out', { caseId, tried }),
    decidingFacts: (caseId) => invoke('deciding_facts', { caseId }),
    setDecisionSettings: (settings) => invoke('set_decision_settings', { settings }),

    saveDecision: (caseId, episodeId, revision, input) => invoke('save_decision', { caseId, episodeId, revision, input }),
    signDecision: (caseId, episodeId, revision, input) => invoke('sign_decision', { caseId, episodeId, revision, input }),
    addAddendum: (caseId, episodeId, input) => invoke('add_addendum', { caseId, episodeId, input }),
    setActionDone: (caseId, episodeId, actionId, on) => invoke('set_action_done', { caseId, episodeId, actionId, on }),
    recordCarriedOut: (caseId, episodeId, input) => invoke('record_carried_out', { caseId, episodeId, input }),
    openDiscussion: (caseId, indexDate, question) => invoke('open_discussion', { caseId, indexDate, question }),
    recordFollowUp: (caseId, input) => invoke('record_follow_up', { caseId, input }),
    changeFollowUp: (caseId, followUpId, input) => invoke('change_follow_up', { caseId, followUpId, input }),
    removeFollowUp: (caseId, followUpId) => invoke('remove_follow_up', { caseId, followUpId }),
    setMilestone: (caseId, kind, on) => invoke('set_milestone', { caseId, kind, on }),

    home: () => invoke('home'),
    search: (text) => invoke('search', { text }),
    meetings: (from, to) => invoke('meetings', { from, to }),
    meeting: (meetingId) => invoke('meeting', { meetingId }),
    createMeeting: (input) => invoke('create_meeting', { input }),
    changeMeeting: (meetingId, revision, input) => invoke('change_meeting', { meetingId, revision, input }),
    setAttendance: (meetingId, attendance) => invoke('set_attendance', { meetingId, attendance }),
    addToMeeting: (meetingId, caseId) => invoke('add_to_meeting', { meetingId, caseId }),
    changeAgendaItem: (meetingId, itemId, input) => invoke('change_agenda_item', { meetingId, itemId, input }),
    moveAgendaItem: (meetingId, itemId, to) => invoke('move_agenda_item', { meetingId, itemId, to }),
    startAgendaItem: (meetingId, itemId) => invoke('start_agenda_item', { meetingId, itemId }),
    endAgendaItem: (meetingId, itemId, state) => invoke('end_agenda_item', { meetingId, itemId, state }),
    closeMeeting: (meetingId) => invoke('close_meeting', { meetingId }),
    exportClock: (from, to, path) => invoke('export_clock', { from, to, path }),
    weekSettings: () => invoke('week_settings'),
    setWeekSettings: (settings) => invoke('set_week_settings', { settings }),

    openImages: (paths, onProgress) => {
      const channel = new Channel<ScanProgress>(onProgress);
      return invoke('open_images', { paths, onProgress: channel });
    },
    cancelImages: () => invoke('cancel_images'),
    pickFolder: () => invoke('pick_folder'),
    pickImagesFile: () => invoke('pick_images_file'),
    onImagesDropped: (callback) => hear('images_dropped', ({ paths }) => callback(paths)),
    onImagesHover: (callback) => hear('images_hover', ({ over }) => callback(over)),
    stackGeometry: (stackId) => invoke('stack_geometry', { stackId }),
    readFrames: (stackId, first, count) => invoke('read_frames', { stackId, first, count }),
    linkStudy: (caseId, studyInstanceUid, confirmMismatch) =>
      invoke('link_study', { caseId, studyInstanceUid, confirmMismatch }),
    unlinkStudy: (caseId, studyInstanceUid) => invoke('unlink_study', { caseId, studyInstanceUid }),
    markKeyImage: (caseId, input) => invoke('mark_key_image', { caseId, input }),
    drawMark: (caseId, input) => invoke('draw_mark', { caseId, input }),
    redrawMark: (caseId, markId, input) => invoke('redraw_mark', { caseId, markId, input }),
    describeMark: (caseId, markId, level, note) => invoke('describe_mark', { caseId, markId, level, note }),
    removeMark: (caseId, markId) => invoke('remove_mark', { caseId, markId }),
    proposeCanal: (stackId, imageIndex, point) => invoke('propose_canal', { stackId, imageIndex, point }),
    proposeOutline: (stackId, imageIndex, point, model, target) => invoke('propose_outline', { stackId, imageIndex, point, model, target }),
    labelSpine: (caseId, input) => invoke('label_spine', { caseId, input }),
    removeKeyImage: (caseId, keyImageId) => invoke('remove_key_image', { caseId, keyImageId }),
    keyImagePng: (caseId, keyImageId) => invoke('key_image_png', { caseId, keyImageId }),

    exportPdf: (caseId, path, choices) => invoke('export_pdf', { caseId, path, choices }),
    exportReferrerSummary: (caseId, path, choices) => invoke('export_referrer_summary', { caseId, path, choices }),
    exportMeetingList: (meetingId, path, choices) => invoke('export_meeting_list', { meetingId, path, choices }),
    exportMinutes: (meetingId, path, choices) => invoke('export_minutes', { meetingId, path, choices }),
    year: (from, to) => invoke('year', { from, to }),
    exportYear: (from, to, path) => invoke('export_year', { from, to, path }),
    exportObjects: (caseId, folder) => invoke('export_objects', { caseId, folder }),
    pickSavePath: (name) => invoke('pick_save_path', { name }),
    exportDeidentified: (caseId, input) => invoke('export_deidentified', { caseId, input }),

    readImportTable: (source, mapping, day, caseId) => invoke('read_import_table', { source, mapping, day, caseId }),
    previewImport: (choices) => invoke('preview_import', { choices }),
    runImport: (choices, seen) => invoke('run_import', { choices, seen }),
    imports: () => invoke('imports'),
    takeBackImport: (importId) => invoke('take_back_import', { importId }),
    importMappings: () => invoke('import_mappings'),
    saveImportMapping: (name, mapping) => invoke('save_import_mapping', { name, mapping }),

    openShared: () => invoke('open_shared'),
    closeShared: () => invoke('close_shared'),
    present: (shown) => invoke('present', { shown }),
    presented: () => invoke('presented'),
    onPresented: (callback) => hear('presented', callback),
    presentPicture: (picture) => invoke('present_picture', { picture }),
    presentedPicture: () => invoke('presented_picture'),
    onPresentedPicture: (callback) => hear('presented_picture', callback),
    tellPages: (pages) => invoke('tell_pages', { pages }),
    onSharedPages: (callback) => hear('shared_pages', callback),
    onSharedClosed: (callback) => hear('shared_closed', () => callback()),

    studyOptions: () => invoke('study_options'),
    studyTable: (path, question, onProgress) => {
      const channel = new Channel<number>(onProgress);
      return invoke('study_table', { path, question, onProgress: channel });
    },
    cancelStudy: () => invoke('cancel_study'),
    exportStudy: (folder) => invoke('export_study', { folder }),

    ownResultsInShort: () => invoke('own_results_in_short'),
    ownResults: (question, onProgress) => {
      const channel = new Channel<number>(onProgress);
      return invoke('own_results', { question, onProgress: channel });
    },
    cancelOwnResults: () => invoke('cancel_own_results'),
    proposeRecalibration: (onProgress) => {
      const channel = new Channel<number>(onProgress);
      return invoke('propose_recalibration', { onProgress: channel });
    },
    keepProposedRecalibration: () => invoke('keep_proposed_recalibration'),
    removeRecalibration: (pack) => invoke('remove_recalibration', { pack }),
    pickTable: () => invoke('pick_table'),
  };
}

/** What the shell tells the window by itself. */
interface ShellEvents {
  locked: { reason: LockReason };
  images_dropped: { paths: string[] };
  images_hover: { over: boolean };
  presented: Presented | null;
  presented_picture: SharedPicture | null;
  shared_pages: SharedPages;
  shared_closed: null;
}

/** Listens until the answer is called, even if that is before Tauri is ready. */
function hear<Name extends keyof ShellEvents>(event: Name, callback: (payload: ShellEvents[Name]) => void): () => void {
  const listening = listen<ShellEvents[Name]>(event, ({ payload }) => callback(payload));
  return () => void listening.then((end) => end());
}
