// What a board relies on in the parts of the decision.
import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readWords } from '../../build/assets.ts';
import { demoHost } from '../../src/host/demo.ts';
import type { Host } from '../../src/host/host.ts';
import type { CaseView, CordCheck, CordCourse, CordDose, ForecastState, LevelCordDose, Pathway } from '../../src/host/types.ts';
import { Session } from '../../src/state/session.svelte.ts';
import { setWords } from '../../src/state/words.svelte.ts';
import recorded from '../fixtures/demo_case.json';
import emergency from '../fixtures/emergency.json';
import Harness from './DecisionHarness.svelte';

const { assessment: ASSESSMENT } = recorded as unknown as CaseView;
const FORECAST = ASSESSMENT.forecast as Extract<ForecastState, { kind: 'available' }>;
const WORDS = readWords();
function word(key: string): string {
  const text = WORDS[key];
  if (text === undefined) throw new Error(`no word for ${key}`);
  return text;
}
const of100 = (share: number): number => Math.round(share * 100);
/** As it stands in a text: `<1` and `>99` where it is neither 0 nor 100. */
const saidOf100 = (share: number): number => (share > 0 && share < 1 ? Math.min(Math.max(of100(share), 1), 99) : of100(share));
const numbers = (text: string | null | undefined): number[] => (text ?? '').match(/\d+/g)?.map(Number) ?? [];

async function show(part: string, marks = '', change: (host: Host) => void = () => undefined) {
  const host = demoHost(new URLSearchParams(`start=open&demo${marks}`));
  change(host);
  const session = new Session(host);
  await session.start('en');
  const { container } = render(Harness, { session, part });
  return { session, host, container, user: userEvent.setup() };
}

afterEach(() => {
  setWords(WORDS);
});

describe('estimates first', () => {
  it('leave nothing of the model on the page before it is asked for', async () => {
    const { container, user } = await show('assessment', '&estimate');
    const said = FORECAST.horizons.map(({ alive, low, high }) => `${of100(alive)} of 100 (${of100(low)} to ${of100(high)})`);
    for (const text of [...said, 'of 100 alive', FORECAST.pack.name]) expect(container.innerHTML).not.toContain(text);
    for (const part of ['forecast-views', 'horizon-3', 'survival-curve', 'benefit', 'agreement', 'try-out', 'model-facts', 'reasons-survival']) expect(screen.queryByTestId(part)).toBeNull();
    await user.click(screen.getByText(word('estimate.reveal_without')));
    expect(await screen.findByTestId('horizon-3')).toBeTruthy();
    expect(document.activeElement?.id).toBe('part-forecast');
  });

  it('take whole numbers alone, and never more alive later than sooner', async () => {
    const { user } = await show('estimate', '&estimate');
    const lock = screen.getByRole<HTMLButtonElement>('button', { name: word('estimate.lock') });
    const [at3, at12] = ['estimate.alive_3', 'estimate.alive_12'].map((key) => screen.getByLabelText(word(key))) as [HTMLElement, HTMLElement];
    await user.selectOptions(screen.getByLabelText(word('estimate.option')), 'conventional');
    for (const [first, second, isOpen] of [['60', '61', false], ['101', '50', false], ['60.5', '20', false], ['60', '-1', false], ['60', '60', true]] as const) {
      await user.clear(at3);
      await user.type(at3, first);
      await user.clear(at12);
      await user.type(at12, second);
      expect(lock.disabled, `${first} and ${second}`).toBe(!isOpen);
    }
  });

  it('are locked with a name, kept from the others, and shown with the model', async () => {
    const { user, session } = await show('estimate', '&estimate');
    const name = session.person?.name ?? '';
    await user.type(screen.getByLabelText(word('estimate.alive_3')), '64');
    await user.type(screen.getByLabelText(word('estimate.alive_12')), '23');
    await user.selectOptions(screen.getByLabelText(word('estimate.option')), 'conventional');
    await user.click(screen.getByRole('button', { name: word('estimate.lock') }));
    const row = await screen.findByRole('row', { name: new RegExp(name) });
    expect(row.textContent).toContain(word('estimate.locked'));
    expect(row.textContent).not.toMatch(/64|Conventional/);
    await user.click(screen.getByRole('button', { name: word('estimate.reveal') }));
    await waitFor(() => expect(screen.getByRole('row', { name: new RegExp(name) }).textContent).toMatch(/64.*23.*Conventional/));
    expect(screen.queryByRole('button', { name: word('estimate.lock') })).toBeNull();
  });
});

describe('benefit', () => {
  it('says in each cell the numbers of its evidence, or why there are none', async () => {
    const { container } = await show('benefit');
    const { cells } = ASSESSMENT.benefit!;
    expect(new Set(cells.map(({ state }) => state.kind))).toEqual(new Set(['shown', 'absent']));
    for (const { option, outcome, state } of cells) {
      const cell = container.querySelector(`[data-cell="${option}-${outcome}"]`);
      if (state.kind === 'shown') {
        const { point, low, high } = state.probability;
        const said = [saidOf100(point), 100, saidOf100(low), saidOf100(high)];
        expect(numbers(cell?.querySelector('p')?.textContent), `${option} ${outcome}`).toEqual(said);
        expect(cell?.textContent).toContain(word(`benefit_evidence.${state.evidence}`));
      } else {
        const why = word(`benefit_absent.${state.reason}`);
        expect(why.length).toBeGreaterThan(10);
        expect(cell?.textContent, `${option} ${outcome}`).toContain(why);
        expect(cell?.querySelector('.figure')).toBeNull();
      }
    }
  });

  it('keeps the order of the options, whatever the numbers', async () => {
    await show('benefit');
    const heads = screen.getAllByRole('columnheader').map(({ textContent }) => textContent).slice(1);
    expect(heads).toEqual(ASSESSMENT.benefit!.options.map((option) => word(`benefit_option.${option}`)));
  });
});

describe('facts that could decide', () => {
  it('are asked for once, those that cross the limit first, and said to be old when the case has changed', async () => {
    const limit = { months: 3, probability: 0.5 };
    const found = vi.fn(() => Promise.resolve([{ feature: 'albumin', largest_change: 0.2, crosses: [], answers: [] }, { feature: 'ecog', largest_change: 0.1, crosses: [limit], answers: [] }]));
    const { user, session, host } = await show('deciding', '', (one) => (one.decidingFacts = found));
    await user.click(screen.getByRole('button'));
    const rows = await screen.findAllByRole('listitem');
    expect(rows.map(({ textContent }) => textContent.includes(word('deciding.crosses')))).toEqual([true, false]);
    expect(rows[0]?.textContent).toMatch(/ECOG.*10/);
    expect(rows[1]?.textContent).toMatch(/Albumin.*20/);
    expect(found).toHaveBeenCalledOnce();
    expect(screen.queryByText(word('deciding.old'))).toBeNull();
    await session.change(() => host.setIndexLevel(session.view?.case.id ?? '', 'T11'));
    expect(await screen.findByText(word('deciding.old'))).toBeTruthy();
  });

  it('are said to be none where none is', async () => {
    const { user } = await show('deciding', '', (host) => (host.decidingFacts = () => Promise.resolve([])));
    await user.click(screen.getByRole('button'));
    expect(await screen.findByText(word('deciding.none'))).toBeTruthy();
  });
});

/** The walk as the recorded case has it, but for what is given. */
function walked(session: Session, change: Partial<Pathway>): void {
  const view = session.view!;
  session.view = { ...view, assessment: { ...view.assessment, pathway: { ...view.assessment.pathway, ...change } } };
}

const END: NonNullable<Pathway['destination']> = { group: 'somewhere', label: 'A treatment of the source' };

describe('the walk through NOMS', () => {
  it('names the way that the facts take, and where another would lead only if that is elsewhere', async () => {
    const { container, session } = await show('walk');
    const [first] = ASSESSMENT.pathway.walk;
    const ways = [{ id: 'low', leads_to: END }, { id: 'high', leads_to: { group: 'elsewhere', label: 'Another one' } }];
    walked(session, { walk: [{ ...first!, taken: 'low', ways, missing: [] }], destination: END });
    await waitFor(() => expect(screen.getByTestId('pathway-destination').textContent).toContain(END.label));
    const branch = container.querySelector('li[data-branch]');
    expect(branch?.querySelector('strong')?.textContent).toBe(word(`pathway.way.${first!.id}_low`));
    expect(branch?.textContent).toContain('Another one');
    expect(branch?.textContent).not.toContain(END.label);
  });

  it('concludes nothing while a branch is open, and names the fact that it waits for', async () => {
    const open = ASSESSMENT.pathway.walk.filter(({ taken }) => taken === undefined);
    expect(open.length).toBeGreaterThan(0);
    const { container } = await show('walk');
    expect(screen.getByTestId('pathway-destination').textContent).toContain(word('pathway.no_destination'));
    for (const { id, missing } of open) {
      const asked = [...container.querySelectorAll(`[data-branch="${id}"] [data-feature-link]`)].map((link) => link.getAttribute('data-feature-link'));
      expect(asked).toEqual(missing);
      expect(missing.length).toBeGreaterThan(0);
    }
  });
});

describe('trying out', () => {
  async function tryEcog(change: (host: Host) => void) {
    const shown = await show('try', '', change);
    const record = vi.spyOn(shown.host, 'recordObservation');
    await shown.user.selectOptions(screen.getByLabelText(word('try_out.fact')), 'ecog');
    await shown.user.selectOptions(screen.getByLabelText(word('try_out.value')), '4');
    await shown.user.click(screen.getByRole('button', { name: word('try_out.add') }));
    return { ...shown, record };
  }
  const worse = FORECAST.horizons.map((point) => ({ ...point, alive: point.alive / 2, low: point.low / 2, high: point.high / 2 }));

  it('shows the answer beside the recorded one and saves nothing', async () => {
    const tryOut = vi.fn(() => Promise.resolve({ ...ASSESSMENT, forecast: { ...FORECAST, horizons: worse } }));
    const { record, session } = await tryEcog((host) => (host.tryOut = tryOut));
    expect(tryOut).toHaveBeenCalledWith(session.view?.case.id, [{ feature: 'ecog', subject: { kind: 'patient' }, entry: { value: 4 } }]);
    const rows = within(await screen.findByTestId('try-answer')).getAllByRole('row').slice(1);
    expect(rows.map(({ textContent }) => numbers(textContent))).toEqual(
      FORECAST.horizons.map(({ months, alive, low, high }) => [months, of100(alive), 100, of100(low), of100(high), of100(alive / 2), 100, of100(low / 2), of100(high / 2)]),
    );
    expect(record).not.toHaveBeenCalled();
    expect(session.view?.revision).toBe(1);
    expect(document.activeElement?.id).toBe('try-feature');
  });

  it('says so where the model has no answer', async () => {
    await tryEcog((host) => (host.tryOut = () => Promise.resolve({ ...ASSESSMENT, forecast: { kind: 'refused', code: 'no_pack', parameters: {} } })));
    expect(await screen.findByText(word('try_out.no_forecast'))).toBeTruthy();
    expect(screen.queryByTestId('try-answer')).toBeNull();
  });
});

describe('an emergency', () => {
  it('names its signs and what to do, in order and with the source of each step', async () => {
    const { container } = await show('emergency', '&emergency');
    const { signs, steps } = (emergency as unknown as typeof ASSESSMENT.pathway).emergency!;
    expect(container.querySelectorAll('ul > li')).toHaveLength(signs.length);
    const told = [...container.querySelectorAll('ol > li')].map(({ textContent }) => textContent);
    expect(told).toHaveLength(steps.length);
    steps.forEach(({ id, citation }, place) => {
      expect(told[place]).toContain(word(`pathway.step.${id}`));
      expect(told[place]).toContain(citation.text);
    });
    expect(container.querySelector('details')?.open).toBe(true);
  });

  it('keeps its signs beside images, and folds the steps', async () => {
    const { container } = await show('emergency beside images', '&emergency');
    expect(screen.getByRole('heading', { name: word('pathway.act_now') })).toBeTruthy();
    expect(container.querySelector('details')?.open).toBe(false);
  });
});

describe('the forecast', () => {
  it('says in its sentences the numbers of the assessment', async () => {
    const { user, container, session } = await show('views');
    await user.click(screen.getByRole('radio', { name: word('forecast_view.sentence') }));
    expect([...container.querySelectorAll('.sentences p')].map(({ textContent }) => numbers(textContent))).toEqual(
      FORECAST.horizons.map(({ months, alive, low, high }) => [months, of100(alive), 100, of100(low), of100(high)]),
    );
    await waitFor(() => expect(session.status?.preferences.forecast_view).toBe('sentence'));
  });

  it('follows the presenter on the shared screen and offers no choice there', async () => {
    await show('followed');
    expect(screen.getByTestId('bar-3')).toBeTruthy();
    expect(screen.queryByRole('radio')).toBeNull();
  });

  it.each([
    [0.01, 'limit-below'],
    [0.5, 'limit-within'],
    [0.99, 'limit-above'],
  ])('says where the limit of the board of %f falls', async (probability, place) => {
    const { session } = await show('followed');
    session.status = { ...session.status!, decision: { ...session.status!.decision, surgery_threshold: { months: 12, probability } } };
    expect((await screen.findByTestId(place)).textContent).toContain(String(of100(probability)));
    expect(within(screen.getByTestId('bar-3')).queryByTestId(place)).toBeNull();
  });

  it('that is refused says why and what to do', async () => {
    await show('assessment', '&refused');
    const refused = screen.getByTestId('forecast-refused');
    expect(refused.textContent).toContain(word('refusal.no_pack'));
    expect(screen.queryByTestId('try-out')).toBeNull();
    expect(screen.queryByTestId('forecast-views')).toBeNull();
  });
});

describe('the dose to the cord', () => {
  const CITED = { citation: { text: 'A paper' }, provenance: 'read' } as const;
  const GIVEN: CordCourse = { course: 'first', dose: { kind: 'known', dose_gray: 30, fractions: 10, equivalent_gray: 37.5, basis: 'prescription' } };

  async function shown(levels: LevelCordDose[], withoutLevel: string[] = []) {
    const { session } = await show('cord_dose');
    const view = session.view!;
    const course = { id: 'first', kind: 'conventional_radiotherapy', description: '', levels: ['T8'], dose_gray: 30, fractions: 10, started_on: null, ended_on: null, author: 'x' } as const;
    const plan = { ...course, id: 'again', kind: 'stereotactic_radiotherapy', status: 'planned' } as const;
    const dose: CordDose = { alpha_beta_gray: 2, formula: CITED, limits: CITED, levels, without_level: withoutLevel };
    session.view = { ...view, case: { ...view.case, courses: [{ ...course, levels: ['T8'] }, { ...plan, levels: ['T8'] }] }, assessment: { ...view.assessment, cord_dose: dose } };
    return screen.findByTestId('cord-dose');
  }

  it('stands once for levels with the same courses', async () => {
    const part = await shown([{ levels: ['T8', 'T9'], courses: [GIVEN], given_gray: 37.5, appraised: [] }]);
    await waitFor(() => expect(part.querySelectorAll('[data-levels]')).toHaveLength(1));
    expect(part.querySelector('[data-levels]')?.getAttribute('data-levels')).toBe('T8, T9');
    expect(part.textContent).toContain('30 Gy in 10 fractions, as prescribed');
  });

  it('says what is not known, and what is beyond, in words', async () => {
    const plan: CordCourse = { course: 'again', dose: { kind: 'unknown', lacks: 'cord_dose' } };
    const checks: CordCheck[] = [
      { limit: 'cumulative', reported: [70, 70], verdict: 'unknown' },
      { limit: 'share', value: 0.62, reported: [0.5, 0.5], verdict: 'beyond' },
      { limit: 'months_between', value: 5, reported: [5, 5], verdict: 'within' },
    ];
    const part = await shown([{ levels: ['T8'], courses: [GIVEN, plan], given_gray: 37.5, appraised: [{ course: 'again', is_first: false, checks }] }], ['again']);
    await waitFor(() => expect(part.textContent).toContain(word('cord_dose.lacks_cord_dose')));
    const row = (limit: string): string[] => [...part.querySelectorAll(`[data-check=${limit}] > *`)].map((cell) => cell.textContent.trim());
    expect(row('cumulative').slice(1)).toEqual(['not known', 'up to 70', 'not known']);
    expect(row('share').slice(1)).toEqual(['62', 'up to 50', 'beyond']);
    expect(row('months_between').slice(1)).toEqual(['5', 'at least 5', 'within']);
    expect(part.textContent).toContain('Radiotherapy without a level is in no sum: Stereotactic radiotherapy, planned.');
  });
});

describe('texts in the language of their source', () => {
  it('are marked as of that language where another is spoken, and only they', async () => {
    const { session } = await show('walk');
    walked(session, { destination: END });
    const end = await screen.findByText(END.label);
    expect(end.closest('[lang]')).toBeNull();
    await session.chooseLanguage('de');
    await waitFor(() => expect(end.getAttribute('lang')).toBe('en'));
    walked(session, { destination: { group: 'srs', label: 'Stereotactic radiotherapy' } });
    const known = await screen.findByText('Stereotaktische Bestrahlung');
    expect(known.closest('[lang]')).toBeNull();
    expect(screen.getByRole('heading').closest('[lang]')).toBeNull();
  });
});
