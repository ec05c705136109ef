// The meeting that is open or walked through. It mirrors the answers of the host; nothing of it is computed here.
import type { Host } from '../host/host.ts';
import type { CaseView, MeetingView } from '../host/types.ts';
import { agendaRows, firstToDiscuss, rowBeside, type AgendaRow } from './week.ts';

/** What of the session a meeting needs: cases are opened there, and pages changed. */
interface Table {
  readonly host: Host;
  readonly view: CaseView | null;
  tab: string;
  page: string | null;
  run: <Answer>(command: () => Promise<Answer>) => Promise<Answer | undefined>;
  open: (command: () => Promise<CaseView>) => Promise<boolean>;
  close: () => void;
}

export class Week {
  meetingId = $state<string | null>(null);
  view = $state.raw<MeetingView | null>(null);
  /** When the host answered with it, by the clock of this window. */
  answeredAt = $state(0);
  /** The item whose case the presenter is at. */
  walking = $state<string | null>(null);
  /** Whoever closes the case comes back to the meeting. */
  returns = $state(false);

  readonly rows = $derived(this.view ? agendaRows(this.view) : []);
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** The item of the walk, while its case is the one that is open. */
  get current(): AgendaRow | undefined {
    const open = this.#table.view?.case.id;
    return this.rows.find(({ item }) => item.id === this.walking && item.case_id === open);
  }

  /** Shows a meeting. */
  async show(meetingId: string): Promise<void> {
    if (this.meetingId !== meetingId) [this.view, this.walking] = [null, null];
    this.meetingId = meetingId;
    this.#table.page = 'meeting';
    await this.load();
  }

  /** Shows the meeting that comes next, or all of them where none does. */
  async showNext(): Promise<void> {
    const next = (await this.#table.run(() => this.#table.host.home()))?.meetings[0];
    if (next) await this.show(next.meeting.id);
    else this.#table.page = 'meetings';
  }

  /** Reads the meeting again, as its cases may have changed. */
  async load(): Promise<void> {
    const { meetingId } = this;
    if (meetingId !== null) await this.change(() => this.#table.host.meeting(meetingId));
  }

  /** Runs a command that answers with the meeting. */
  async change(command: () => Promise<MeetingView>): Promise<boolean> {
    const view = await this.#table.run(command);
    if (!view) return false;
    if (view.meeting.id === this.meetingId) [this.view, this.answeredAt] = [view, Date.now()];
    return true;
  }

  /** Opens a case of the list; closing it leads back. */
  async openCase(caseId: string): Promise<boolean> {
    if (!(await this.#table.open(() => this.#table.host.openCase(caseId)))) return false;
    this.returns = true;
    this.#table.page = null;
    return true;
  }

  /** Begins, or goes on, to walk through the list. */
  async walk(): Promise<void> {
    const first = firstToDiscuss(this.rows);
    if (first) await this.#walkTo(first);
  }

  /** The next case of the list or the one before; the time of the case before ends. */
  async walkOn(by: 1 | -1): Promise<void> {
    const next = this.walking === null ? undefined : rowBeside(this.rows, this.walking, by);
    if (next) await this.#walkTo(next);
  }

  /** Ends the walk, and the time of its last case. */
  async endWalk(): Promise<void> {
    const { current, meetingId } = this;
    this.walking = null;
    if (meetingId !== null && current?.item.state === 'in_discussion') {
      await this.change(() => this.#table.host.endAgendaItem(meetingId, current.item.id, 'discussed'));
    }
    this.leaveCase();
  }

  /** Closes the open case: back to the meeting it was opened from, else to the list. */
  leaveCase(): void {
    const { returns } = this;
    this.returns = false;
    this.#table.close();
    if (returns && this.meetingId !== null) this.#table.page = 'meeting';
  }

  /** Takes everything about patients away; the walk itself goes on after the next sign-in if it `continues`. */
  forget(continues: boolean): void {
    this.view = null;
    if (!continues) [this.meetingId, this.walking, this.returns] = [null, null, false];
  }

  async #walkTo({ item }: AgendaRow): Promise<void> {
    const { meetingId, walking } = this;
    const { tab } = this.#table;
    if (meetingId === null || !(await this.openCase(item.case_id))) return;
    if (walking !== null) this.#table.tab = tab;
    this.walking = item.id;
    await this.change(() => this.#table.host.startAgendaItem(meetingId, item.id));
  }
}
