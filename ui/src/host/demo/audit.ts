// Audit log and backups of the demo host: recorded rows, and a backup that is only named.
import type { Host } from '../host.ts';
import type { AuditView } from '../types.ts';
import { RECORDED_PASSPHRASE, type Installation } from './installation.ts';
import { NOW, refuse, type Memory } from './memory.ts';
import { AUDIT, STATUS } from './recorded.ts';

type AuditHost = Pick<
  Host,
  'auditVerify' | 'auditRows' | 'exportAudit' | 'writeBackup' | 'setBackupSchedule' | 'restoreBackup' | 'pickBackupFile'
>;

/** `audit=broken` in the address spoils the log. */
export function auditHost(state: Installation, { search }: Memory): AuditHost {
  const broken = search.get('audit') === 'broken';
  const faults: AuditView['faults'] = broken
    ? [{ code: 'altered', number: 12 }, { code: 'broken_link', number: 13 }, { code: 'revision_missing', number: 4 }]
    : [];

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
    restoreBackup: (path, passphrase) => {
      if (!path.endsWith('.backup')) return refuse('not_a_backup');
      if (path.includes('damaged')) return refuse('backup_damaged');
      if (passphrase !== RECORDED_PASSPHRASE) return refuse('wrong_passphrase');
      state.store = { kind: 'locked' };
      state.researchUse = true;
      state.people = STATUS.open.people;
      state.backup = STATUS.open.backup;
      return state.status();
    },
    pickBackupFile: () => Promise.resolve('/demo/stick/spineboard-20260311-180000.backup'),
  };
}
