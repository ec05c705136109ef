// Audit log and backups of the demo host: recorded rows, and a backup that is only named.
import type { Host } from '../host.ts';
import type { AppStatus, AuditView } from '../types.ts';
import { RECORDED_PASSPHRASE, RECORDED_SECRET, refusedKey, type Installation } from './installation.ts';
import { NOW, refuse, type Memory } from './memory.ts';
import { AUDIT, STATUS } from './recorded.ts';

type AuditHost = Pick<
  Host,
  'auditVerify' | 'auditRows' | 'exportAudit' | 'writeBackup' | 'setBackupSchedule' | 'restoreBackup' | 'restoreBackupWithRecoveryKey' | 'pickBackupFile'
>;

/** `audit=broken` in the address spoils the log. */
export function auditHost(state: Installation, { search }: Memory): AuditHost {
  const broken = search.get('audit') === 'broken';
  const faults: AuditView['faults'] = broken
    ? [{ code: 'altered', number: 12 }, { code: 'broken_link', number: 13 }, { code: 'revision_missing', number: 4 }]
    : [];

  function refusedFile(path: string): Promise<never> | null {
    if (!path.endsWith('.backup')) return refuse('not_a_backup');
    return path.includes('damaged') ? refuse('backup_damaged') : null;
  }

  function restored(passphrase: string): Promise<AppStatus> {
    state.store = { kind: 'open' };
    state.researchUse = true;
    state.passphrase = passphrase;
    state.people = STATUS.open.people;
    state.secrets = new Map(state.people.map(({ id }) => [id, RECORDED_SECRET]));
    state.backup = STATUS.open.backup;
    return state.status();
  }

  return {
    auditVerify: () => Promise.resolve({ ...AUDIT.verified, faults }),
    auditRows: (before, count) => {
      const older = AUDIT.rows.filter(({ number }) => before === null || number < before);
      return Promise.resolve(older.slice(0, count));
    },
    exportAudit: (path) => Promise.resolve({ path: path ?? '/demo/spineboard/exports/audit.jsonl' }),
    writeBackup: (path) => {
      const folder = state.backup.folder;
      if (path === null && folder === null) return refuse('no_backup_folder');
      if (folder === '/missing') return refuse('backup_folder', { detail: 'not found' });
      const view = { ...AUDIT.backup, path: path ?? `${folder ?? ''}/spineboard-20260312-093000.backup`, made_at: NOW };
      state.backup = { ...state.backup, last: view, last_fault: null, due: false };
      return Promise.resolve(view);
    },
    setBackupSchedule: (folder, everyHours, keep) => {
      state.backup = { ...state.backup, folder, every_hours: everyHours, keep, last_fault: null };
      return state.status();
    },
    restoreBackup: (path, passphrase) => refusedFile(path) ?? (passphrase === RECORDED_PASSPHRASE ? restored(passphrase) : refuse('wrong_passphrase')),
    restoreBackupWithRecoveryKey: (path, key, newPassphrase) => {
      const refused = refusedFile(path) ?? refusedKey(key, STATUS.recovery_keys[0].key);
      if (refused) return refused;
      state.recovered = true;
      return restored(newPassphrase);
    },
    pickBackupFile: () => Promise.resolve('/demo/stick/spineboard-20260311-180000.backup'),
  };
}
