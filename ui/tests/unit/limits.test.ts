import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import words from 'virtual:words';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Component } from 'svelte';
import EarlierResults from '../../src/controls/decision/EarlierResults.svelte';
import ForecastDoubts from '../../src/controls/decision/ForecastDoubts.svelte';
import ModelLimits from '../../src/controls/decision/ModelLimits.svelte';
import ForecastReasons from '../../src/controls/ForecastReasons.svelte';
import { demoHost } from '../../src/host/demo.ts';
import { DEMO_CASE, REASONS, STATUS } from '../../src/host/demo/recorded.ts';
import type { EarlierResult, PackStatus, SurvivalForecast } from '../../src/host/types.ts';
import { section } from '../../src/state/markdown.ts';
import { Session } from '../../src/state/session.svelte.ts';
import { setWords } from '../../src/state/words.svelte.ts';
import InSession from './InSession.svelte';

const { forecast } = DEMO_CASE.assessment;
const answered = (): SurvivalForecast => {
  if (forecast.kind !== 'available') throw new Error('the demonstration case has a forecast');
  return forecast;
};

async function session(packs?: PackStatus[]): Promise<Session> {
  const made = new Session(demoHost(new URLSearchParams('start=open&demo')));
  await made.start('en');
  await made.open(() => made.host.openDemoCase());
  if (packs && made.status) made.status = { ...made.status, packs };
  return made;
}

function show<Props extends Record<string, unknown>>(inside: Session, control: Component<Props>, props: Props): void {
  render(InSession, { props: { session: inside, control: control as Component<Record<string, unknown>>, given: props } });
}

beforeEach(() => {
  setWords(words);
  // jsdom knows no dialogs.
  HTMLDialogElement.prototype.showModal = function open(this: HTMLDialogElement): void {
    this.open = true;
  };
});

describe('a section of a card', () => {
  it('ends at the next heading of its level', () => {
    const card = '# Card\n\n## Limits\n\n- one\n\n### In part\n- two\n\n## Limits of nothing\n- three\n';
    expect(section(card, 'Limits')).toBe('- one\n\n### In part\n- two');
    expect(section(card, 'Measured')).toBe('');
  });
});

describe('what a model can and cannot do', () => {
  const opened = async (): Promise<HTMLElement> => {
    await userEvent.click(screen.getByRole('button', { name: 'What this model can and cannot do' }));
    return screen.getByTestId('model-limits');
  };

  it('has the limits of the card, who made it from what, and calibration with as many points as rows', async () => {
    show(await session(), ModelLimits, { pack: answered().pack });
    const dialog = await opened();
    expect(within(dialog).getByTestId('stated-limits').textContent).toContain('No part was validated by us on patients with spinal metastasis');
    expect(within(dialog).getByTestId('model-facts').textContent).toContain('17\u202f665 real patients, 8\u202f730 of whom died');
    const label = STATUS.open.packs.find(({ name }) => name === answered().pack.name)?.label;
    const points = label?.measured?.horizons.flatMap(({ groups }) => groups) ?? [];
    expect(points.length).toBeGreaterThan(20);
    expect(dialog.querySelectorAll('[data-testid=calibration-plots] circle')).toHaveLength(points.length);
    expect(dialog.querySelectorAll('[data-testid=calibration-table] tbody tr')).toHaveLength(points.length);
    const foreseen = label?.foreseen.length ?? 0;
    expect(foreseen).toBeGreaterThan(50);
    expect(dialog.querySelectorAll('[data-testid=foreseen-plot] .range')).toHaveLength(foreseen);
    expect(dialog.querySelectorAll('[data-testid=foreseen-table] tbody tr')).toHaveLength(foreseen);
    expect(dialog.querySelector('[data-testid=learned-from] .badge')?.closest('tr')?.textContent).toContain('Breast');
  });

  it('draws nothing where the pack holds no figures, and says so', async () => {
    const packs = STATUS.open.packs.map((pack): PackStatus => {
      if (!pack.label) return pack;
      const label = { ...pack.label, foreseen: [] };
      delete label.measured;
      return { ...pack, label, card: '# A card\n' };
    });
    show(await session(packs), ModelLimits, { pack: answered().pack });
    const dialog = await opened();
    expect(within(dialog).getByTestId('calibration').textContent).toContain('nothing is drawn');
    expect(dialog.querySelector('svg[role=img]')).toBeNull();
    expect(within(dialog).getByTestId('stated-limits').textContent).toContain('states no limits');
  });
});

describe('a reason', () => {
  it('opens to its facts, its blanks and its evidence', async () => {
    const explained = REASONS.demo_case.survival;
    if (explained.kind !== 'available') throw new Error('the demonstration case has reasons');
    const inside = await session();
    show(inside, ForecastReasons, { explanation: explained });
    const reasons = screen.getByTestId('reasons-survival');
    for (const { group, features, citations } of explained.reasons) {
      const opened = reasons.querySelector(`[data-group=${group}]`);
      expect(opened?.querySelectorAll('[data-fact]'), group).toHaveLength(features.length);
      const evidence = opened?.querySelector('[data-testid=reason-evidence]')?.textContent ?? '';
      expect(evidence, group).toContain(citations.length > 0 ? 'Published evidence' : 'MSK-MET');
    }
    expect(reasons.querySelectorAll('.old')).toHaveLength(0);
    const field = reasons.querySelector<HTMLElement>('[data-feature-link=primary_tumour]');
    field?.click();
    expect([inside.tab, inside.fieldRequest?.feature]).toEqual(['facts', 'primary_tumour']);
  });
});

it('greys an old fact of a reason and says so, and leads to the image that another was read from', async () => {
  const explained = REASONS.demo_case.survival;
  if (explained.kind !== 'available') throw new Error('the demonstration case has reasons');
  const inside = await session();
  const { case: recorded, assessment } = DEMO_CASE;
  inside.view = {
    ...DEMO_CASE,
    case: {
      ...recorded,
      observations: recorded.observations.map((one) => (one.feature === 'vertebral_metastases' ? { ...one, source: { kind: 'image', sop_instance_uid: '1.2.3', mark: 'mark-1' } as const } : one)),
    },
    assessment: { ...assessment, facts_used: assessment.facts_used.map((fact) => (fact.feature === 'albumin' ? { ...fact, stale: true } : fact)) },
  };
  show(inside, ForecastReasons, { explanation: explained });
  const old = [...screen.getByTestId('reasons-survival').querySelectorAll<HTMLElement>('.old')];
  expect(old.map(({ dataset }) => dataset.fact)).toEqual(['albumin']);
  expect(old[0]?.textContent).toContain('old: more than 14 days');
  const toImage = screen.getByTestId('reason-image');
  expect(toImage.textContent).toContain('Vertebrae with metastasis');
  toImage.click();
  expect([inside.tab, inside.imageRequest]).toEqual(['images', { sopInstanceUid: '1.2.3', mark: 'mark-1' }]);
});

describe('an earlier result', () => {
  const earlier = (parts: Partial<EarlierResult>): EarlierResult => ({
    revision: 7,
    shown_at: '2026-02-03T10:00:00Z',
    app_version: '0.0.9',
    pack_name: 'old-pack',
    pack_version: '1.2.3',
    pack_sha256: 'ab',
    forecast: { index_date: '2026-02-01', recalibrated: false, interval_level: 0.9, horizons: [{ months: 3, alive: 0.61, low: 0.4, high: 0.8 }] },
    ...parts,
  });

  it('stands with the versions that made it beside the one of now', () => {
    render(EarlierResults, { results: [earlier({})], forecast });
    const text = screen.getByTestId('earlier-results').textContent;
    for (const said of ['old-pack 1.2.3 in SpineBoard 0.0.9', 'revision 7', `Now ${answered().pack.name} ${answered().pack.version} answers`, '61']) expect(text).toContain(said);
  });

  it('is said to be kept where it can no longer be read, also without a model', () => {
    const unreadable = earlier({});
    delete unreadable.forecast;
    render(EarlierResults, { results: [unreadable], forecast: { kind: 'refused', code: 'no_pack', parameters: {} } });
    const text = screen.getByTestId('earlier-results').textContent;
    expect(text).toContain('No model answers now.');
    expect(text).toContain('they are kept');
    expect(screen.queryByRole('table')).toBeNull();
  });

  it('takes no room where there is none', () => {
    render(EarlierResults, { results: [], forecast });
    expect(screen.queryByTestId('earlier-results')).toBeNull();
  });
});

it('names facts that do not go together beside the forecast, and leads to the level of each', async () => {
  const inside = await session();
  const assessment = {
    ...DEMO_CASE.assessment,
    findings: [{ code: 'contradiction' as const, severity: 'warning' as const, subject: { kind: 'level' as const, name: 'L1' as const }, parameters: { rule: 'cord_compression_without_canal_compromise' } }],
  };
  show(inside, ForecastDoubts, { assessment, forecast: { ...answered(), used: ['bilsky_grade'] } });
  const link = screen.getByTestId('forecast-doubts').querySelector<HTMLElement>('[data-feature-link=bilsky_grade]');
  link?.click();
  expect(inside.fieldRequest).toEqual({ feature: 'bilsky_grade', subject: { kind: 'level', name: 'L1' } });
});
