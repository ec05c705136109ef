import { languages as catalogues } from 'virtual:catalogue';
import { languages as words } from 'virtual:words';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demoHost } from '../../src/host/demo.ts';
import { LANGUAGES, languageOf } from '../../src/host/languages.ts';
import { bytes, date, fixed, number, written } from '../../src/state/format.ts';
import { controlOf } from '../../src/state/form.ts';
import { progressionText } from '../../src/state/marks.ts';
import { parseDate, parseNumber } from '../../src/state/parse.ts';
import { Session } from '../../src/state/session.svelte.ts';
import { decimal, percent } from '../../src/state/study.ts';
import { language, setWords, t } from '../../src/state/words.svelte.ts';

const placeholders = (text = ''): string[] => [...text.matchAll(/\{([a-z0-9_]+)\}/g)].map(([, name = '']) => name).sort();

afterEach(() => setWords({}));

describe('the words of every language', () => {
  it('have the same keys with the same placeholders', () => {
    expect(Object.keys(words).sort()).toEqual([...LANGUAGES].sort());
    for (const one of LANGUAGES) {
      expect(Object.keys(words[one]), one).toEqual(Object.keys(words.en));
      const differing = Object.entries(words.en).filter(([key, text]) => placeholders(text).join() !== placeholders(words[one][key]).join());
      expect(differing, one).toEqual([]);
    }
  });

  it('are really in that language', () => {
    const same = Object.entries(words.en).filter(([key, text]) => text.length > 40 && words.de[key] === text);
    expect(same).toEqual([]);
    expect(words.de['report.footer.research_use']).toBe('Nur für Forschungszwecke. Kein Medizinprodukt.');
  });

  it('use German quotation marks in German', () => {
    expect(Object.entries(words.de).filter(([, text]) => /["”]/.test(text) || (text.match(/„/g) ?? []).length !== (text.match(/“/g) ?? []).length)).toEqual([]);
  });
});

describe('the catalogue of every language', () => {
  it('differs in words only', () => {
    const bare = (one: (typeof catalogues)['en']): unknown => ({
      ...one,
      groups: one.groups.map(({ id }) => id),
      rules: one.rules.map((rule) => ({ ...rule, note: rule.note !== '' })),
      features: one.features.map((feature) => ({ ...feature, label: '', help: '', options: feature.options.map(({ id }) => id) })),
    });
    expect(bare(catalogues.de)).toEqual(bare(catalogues.en));
    const frankel = catalogues.de.features.find(({ id }) => id === 'frankel');
    expect([frankel?.label, frankel?.options[3]?.label]).toEqual(['Frankel-Grad', 'D: nutzbare Motorik']);
  });
});

it('asks for each fact by the same control in every language', () => {
  const controls = (one: (typeof catalogues)['en']): string[] => one.features.map((feature) => `${feature.id} ${controlOf(feature)}`);
  expect(controls(catalogues.de)).toEqual(controls(catalogues.en));
});

describe('German dates and numbers', () => {
  beforeEach(() => setWords(words.de, 'de'));

  it('are written with dots and commas', () => {
    expect([date('2026-03-12'), number(12.5), number(12500), fixed(-0.5, 2), bytes(1000)]).toEqual(['12.3.2026', '12,5', '12500', '-0,50', '1,0 kB']);
    expect([decimal(-0.25, 2), decimal(-0.001, 2), percent(0.3), percent(0.125)]).toEqual(['−0,25', '0,00', '30', '12,5']);
    expect(['2026-03-12', '0.4 g/L', '12', 'T12', 'v. 1.5', '1.2.840.10008'].map(written)).toEqual(['12.3.2026', '0,4 g/L', '12', 'T12', 'v. 1.5', '1.2.840.10008']);
    const text = progressionText({ quantity: 'canal_compromise', change: -20, per_month: 10.12, months: 2 } as Parameters<typeof progressionText>[0]);
    expect(text).toBe('Kanaleinengung: −20,0 in 2,0 Monaten, +10,1 je Monat');
  });

  it('are read with both marks, and a point before three digits is asked about', () => {
    expect([parseNumber('1,25'), parseNumber('1.25'), parseNumber('1,250')]).toEqual([1.25, 1.25, 1.25].map((value) => ({ kind: 'number', value })));
    expect(parseNumber('1.250')).toEqual({ kind: 'ambiguous' });
    expect(['12.3.2026', '12. März 2026', '1. Mai 2026', '3 Dez. 2026', 'heute'].map((text) => parseDate(text, '2026-11-29'))).toEqual(
      ['2026-03-12', '2026-03-12', '2026-05-01', '2026-12-03', '2026-11-29'].map((iso) => ({ kind: 'date', iso })),
    );
  });
});

describe('the choice of a language', () => {
  async function started(search: string, locale: string): Promise<Session> {
    const session = new Session(demoHost(new URLSearchParams(search)));
    await session.start(locale);
    return session;
  }

  it('follows the computer until somebody chooses, and is switched at once', async () => {
    const session = await started('start=first', 'de-AT');
    expect([language(), session.status?.language, session.status?.language_chosen]).toEqual(['de', 'de', false]);
    expect(t('screen.unlock.title')).toBe('Fälle öffnen');
    expect(session.label('frankel')).toBe('Frankel-Grad');
    await session.chooseLanguage('en');
    expect([language(), session.status?.language_chosen, session.label('frankel')]).toEqual(['en', true, 'Frankel grade']);
  });

  it('keeps what was chosen, whatever the computer says', async () => {
    expect((await started('start=locked&language=de', 'en-GB')).status?.language).toBe('de');
    expect(language()).toBe('de');
    await started('start=locked', 'fr-CH');
    expect(language()).toBe('en');
  });

  it('takes English for a language without words', () => {
    expect(['de', 'DE-at', 'fr', '', 'den', 'en-US'].map(languageOf)).toEqual(['de', 'de', 'en', 'en', 'en', 'en']);
  });

  it('names an option in a finding by its label in that language', async () => {
    const session = await started('start=first', 'de');
    const finding = { code: 'typed_total', severity: 'note', feature: 'noms_stability', parameters: { value: 'unstable' } } as const;
    expect(session.findingText(finding)).toBe('Stabilität (NOMS): Instabil wurde eingetragen und nicht aus den Teilen berechnet.');
  });
});
