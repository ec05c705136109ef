// Runs inside the page, after `window/page.js`.
const press = async (selector) => (await until(() => find(selector), selector)).click();

/** From the press to the painted screen. */
async function timed(begin, shown) {
  await painted();
  const begun = performance.now();
  await begin();
  await until(() => find(shown), shown);
  return (await painted()) - begun;
}

const menu = (entry) => async () => {
  await press('#person-menu');
  await press(`#menu-${entry}`);
};
const back = async () => {
  await press('#close-page');
  await until(() => find('[data-testid=home-panels]'), 'home');
};
const rows = () => document.querySelectorAll('[data-testid=case-table] tbody tr');

/** A tab of the case of a row. */
const tab = (id, shown) => ({
  before: async (at) => {
    rows()[at].querySelector('.name').click();
    await until(() => find('[data-testid=facts-forecast]'), 'case');
  },
  begin: () => press(`#tab-${id}`),
  shown,
  after: () => press('#close-case'),
});

/** How each screen is reached, what stands on it then, and the way back to the first. */
const SCREENS = {
  home: { before: () => menu('settings')(), begin: () => press('#close-page'), shown: '[data-testid=home-panels]' },
  case: { begin: (at) => rows()[at].querySelector('.name').click(), shown: '[data-testid=facts-forecast]', after: () => press('#close-case') },
  forecast: tab('assessment', '[data-testid=assessment]'),
  decision: tab('decision', '[data-testid=decision]'),
  followed: tab('follow_up', '[data-testid=follow-up]'),
  report: tab('report', '#export-pdf'),
  meetings: { begin: menu('meetings'), shown: '[data-testid=past-meetings]', after: back },
  meeting: {
    begin: () => press('[data-testid=home-meetings] [data-meeting] .link'),
    shown: '[data-testid=agenda] [data-item]',
    after: async () => {
      await press('#to-meetings');
      await back();
    },
  },
  settings: { before: menu('settings'), begin: () => press('#settings-week'), shown: '[data-testid=week-settings]', after: back },
  audit: { begin: menu('audit'), shown: '[data-testid=audit-table] tbody tr', after: back },
  year: { begin: menu('year'), shown: '[data-testid=year-standing]', after: back },
  own: { begin: menu('own_results'), shown: '[data-testid=own-results]', after: back },
};

/** Types a word into the search, until what is found stands there. */
async function searches(count) {
  const taken = [];
  for (let at = 0; at < count; at += 1) {
    const field = await until(() => find('#case-search'), 'search');
    const wanted = `SYN-${String(1000 + 7 * at).padStart(5, '0')}`;
    await painted();
    const begun = performance.now();
    field.value = wanted;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await until(() => rows().length === 1 && rows()[0].textContent.includes(wanted), wanted);
    taken.push((await painted()) - begun);
  }
  const field = find('#case-search');
  field.value = '';
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await until(() => rows().length > 1, 'list');
  return taken;
}

async function times(screen, count) {
  if (screen === 'search') return searches(count);
  const { before, begin, shown, after } = SCREENS[screen];
  const taken = [];
  for (let at = 0; at < count; at += 1) {
    await before?.(at);
    taken.push(await timed(() => begin(at), shown));
    await after?.(at);
    await until(() => find('[data-testid=home-panels]') && rows().length > 1, 'list of cases');
  }
  return taken;
}
