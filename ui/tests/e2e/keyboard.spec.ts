// A whole discussion without a pointer. After each step the focus is where it can be seen, and never lost.
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './watch.ts';

/** More steps than any screen has. */
const MOST_STEPS = 220;

/** What is wrong with where the focus is: lost, without a ring, or under something else (WCAG 2.2: 2.4.7, 2.4.11). */
async function faultOfFocus(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return 'the focus is lost';
    // A radio button that is drawn as its label has the ring there.
    const shown = element.matches('input[type=radio], input[type=checkbox]') && Number(getComputedStyle(element).opacity) === 0 ? (element.closest('label') ?? element) : element;
    const style = getComputedStyle(shown);
    const told = shown.outerHTML.slice(0, 160);
    const hasRing = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
    if (!hasRing) return `no ring around ${told}`;
    const box = shown.getBoundingClientRect();
    const [left, right] = [Math.max(box.left, 0) + 2, Math.min(box.right, innerWidth) - 2];
    const [top, bottom] = [Math.max(box.top, 0) + 2, Math.min(box.bottom, innerHeight) - 2];
    if (left > right || top > bottom) return `outside the window: ${told}`;
    const places = [[left, top], [right, top], [(left + right) / 2, (top + bottom) / 2], [left, bottom], [right, bottom]] as const;
    const isSeen = places.some(([x, y]) => {
      const over = document.elementFromPoint(x, y);
      return over !== null && (shown.contains(over) || over.contains(shown));
    });
    return isSeen ? null : `covered: ${told}`;
  });
}

async function press(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  await expect.poll(() => faultOfFocus(page), `after ${key}`).toBeNull();
}

/** Goes on by Tab, or back, until something has the focus; each stop on the way is judged too. */
async function goTo(page: Page, wanted: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const target = wanted.first();
  for (let step = 0; step < MOST_STEPS; step += 1) {
    await page.keyboard.press(key);
    // The window itself has the focus between the last and the first stop.
    const fault = await faultOfFocus(page);
    if (fault !== 'the focus is lost') expect(fault).toBeNull();
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`not reached by ${key}: ${String(wanted)}`);
}

test('a case is discussed by keyboard alone, from the list to the next case', async ({ page }) => {
  await page.goto('/?start=open&demo&estimate');
  await expect(page.getByTestId('patient-name')).toBeVisible();
  await goTo(page, page.locator('#close-case'));
  await press(page, 'Enter');

  await test.step('a second case, then the first from the list', async () => {
    await goTo(page, page.locator('#new-case'));
    await press(page, 'Enter');
    await expect(page.locator('#family-name')).toBeFocused();
    await page.keyboard.type('Second');
    await goTo(page, page.locator('#patient-id'));
    await page.keyboard.type('P-2');
    await press(page, 'Enter');
    await expect(page.getByTestId('patient-name')).toContainText('Second');
    await goTo(page, page.locator('#close-case'), 'Shift+Tab');
    await press(page, 'Enter');
    await goTo(page, page.getByRole('button', { name: 'DEMO, Synthetic' }));
    await press(page, 'Enter');
    await expect(page.getByTestId('patient-name')).toContainText('DEMO');
  });

  await test.step('a fact is changed', async () => {
    await goTo(page, page.locator('#facts-filter'));
    await page.keyboard.type('albumin');
    await goTo(page, page.locator('#field-albumin'));
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('31');
    await press(page, 'Enter');
    await expect(page.getByTestId('revision')).toHaveText('2');
  });

  await test.step('an estimate is locked, and the model shown', async () => {
    await press(page, 'Alt+3');
    await expect(page.locator('#tab-assessment')).toBeFocused();
    await goTo(page, page.locator('#estimate-3'));
    await page.keyboard.type('60');
    await press(page, 'Tab');
    await page.keyboard.type('25');
    await press(page, 'Tab');
    await press(page, 'ArrowDown');
    await press(page, 'Tab');
    await expect(page.locator('#estimate-lock')).toBeFocused();
    await press(page, 'Enter');
    await expect(page.locator('#estimate-person')).toBeFocused();
    await goTo(page, page.locator('#estimate-reveal'));
    await press(page, 'Enter');
    await expect(page.locator('#part-forecast')).toBeFocused();
  });

  await test.step('the forecast in its views', async () => {
    const views = page.getByTestId('forecast-views');
    await goTo(page, views.locator('input[value=curve]'));
    for (const view of ['sentence', 'table', 'icons', 'bars']) {
      await press(page, 'ArrowRight');
      await expect(views).toHaveAttribute('data-view', view);
    }
  });

  await test.step('a fact is tried out and left out again, and blank facts are asked for', async () => {
    await goTo(page, page.locator('#deciding-ask'));
    await press(page, 'Enter');
    await expect(page.getByTestId('deciding-facts').locator('li')).toHaveCount(5);
    await expect(page.locator('#deciding-ask')).toBeFocused();
    await goTo(page, page.locator('#try-feature'));
    await press(page, 'ArrowDown');
    await press(page, 'Tab');
    await expect(page.locator('#try-value')).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.type('5');
    await goTo(page, page.locator('#try-add'));
    await press(page, 'Enter');
    await expect(page.getByTestId('try-answer')).toBeVisible();
    await expect(page.locator('#try-feature')).toBeFocused();
    await goTo(page, page.getByTestId('try-out').getByRole('button', { name: 'Leave out' }));
    await press(page, 'Enter');
    await expect(page.getByTestId('try-answer')).toHaveCount(0);
  });

  await test.step('the pathway, to the fact that is missing for it', async () => {
    await press(page, 'Alt+3');
    await goTo(page, page.getByRole('navigation').getByRole('button', { name: 'Pathway' }));
    await press(page, 'Enter');
    await expect(page.locator('#part-pathway')).toBeFocused();
    await goTo(page, page.getByTestId('pathway-rules').locator('.rule.open [data-feature-link]'));
    await press(page, 'Enter');
    await expect(page.locator('#tab-facts')).toHaveAttribute('aria-selected', 'true');
    await expect(page.locator('[data-feature] [data-entry]:focus')).toHaveCount(1);
  });

  await test.step('the shared screen, the identity hidden and shown, and the next case', async () => {
    await press(page, 'Alt+3');
    await goTo(page, page.locator('#share'), 'Shift+Tab');
    await press(page, 'Enter');
    const presenter = page.getByTestId('presenter');
    await expect(presenter.locator('[aria-pressed=true]')).toBeFocused();
    await press(page, 'm');
    await expect(page.getByTestId('patient-name')).not.toContainText('DEMO');
    await press(page, 'm');
    await expect(page.locator('#unmask-number')).toBeFocused();
    await page.keyboard.type('SPINEBOARD-DEMO');
    await press(page, 'Tab');
    await page.keyboard.type('14 May 1961');
    await press(page, 'Enter');
    await expect(page.getByTestId('patient-name')).toContainText('DEMO');
    await expect(presenter.locator('[aria-pressed=true]')).toBeFocused();
    await goTo(page, page.locator('#next-case'));
    await press(page, 'Enter');
    await expect(page.getByTestId('patient-name')).toContainText('Second');
    await expect(page.locator('#next-case')).toBeFocused();
    await press(page, 'Alt+3');
    await press(page, 'Control+PageUp');
    await expect(page.getByTestId('patient-name')).toContainText('DEMO');
    await goTo(page, page.locator('#stop-sharing'), 'Shift+Tab');
    await press(page, 'Enter');
    await expect(presenter).toHaveCount(0);
  });
});

test('the week is walked by keyboard alone, from the next meeting to a signed decision and the search', async ({ page }) => {
  await page.goto('/?start=open&week');
  await expect(page.getByTestId('home-panels')).toBeVisible();

  await test.step('the next meeting, whose list is put in order', async () => {
    await press(page, 'Alt+0');
    await expect(page.locator('h1')).toHaveText('Spine board');
    const order = (): Promise<string[]> => page.getByTestId('agenda').locator('li').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-case') ?? ''));
    const [, second = '', third = ''] = await order();
    await goTo(page, page.locator(`[data-case="${third}"] [data-act=open]`));
    await press(page, 'Alt+ArrowUp');
    expect((await order()).slice(1)).toEqual([third, second]);
  });

  await test.step('the walk through it', async () => {
    await goTo(page, page.locator('#walk'), 'Shift+Tab');
    await press(page, 'Enter');
    await expect(page.getByTestId('walk-place')).toHaveText('Case 1 of 3');
  });

  await test.step('a decision is written and signed', async () => {
    await press(page, 'Alt+4');
    await expect(page.locator('#tab-decision')).toBeFocused();
    await goTo(page, page.getByTestId('decision-form').locator('[name=decision-option]'));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await goTo(page, page.locator('#decision-rationale'));
    await page.keyboard.type('Written without a pointer.');
    await goTo(page, page.locator('#decision-day'));
    await page.keyboard.type('12.3.2026');
    await goTo(page, page.getByTestId('positions').locator('[value=""]'));
    await press(page, 'ArrowRight');
    await expect(page.getByTestId('positions').locator('[value=agrees]').first()).toBeChecked();
    await goTo(page, page.locator('#decision-sign'));
    await press(page, 'Enter');
    const dialog = page.getByTestId('sign-dialog');
    await expect(dialog).toBeVisible();
    for (const box of await dialog.getByRole('checkbox').all()) {
      await goTo(page, box);
      await press(page, 'Space');
    }
    await goTo(page, page.locator('#sign-secret'));
    await page.keyboard.type('24681357');
    await page.keyboard.press('Enter');
    await expect(page.locator('#signed-title')).toBeFocused();
  });

  await test.step('the next case, and what became of it', async () => {
    await press(page, 'Control+PageDown');
    await expect(page.getByTestId('walk-place')).toHaveText('Case 2 of 3');
    await press(page, 'Alt+5');
    await goTo(page, page.locator('#follow-up-day'));
  });

  await test.step('from there to the search over everything, and the list of keys', async () => {
    await press(page, 'Control+k');
    await expect(page.locator('#case-search')).toBeFocused();
    await page.keyboard.type('cement');
    await expect(page.getByTestId('case-table').locator('tbody tr')).toHaveCount(1);
    await page.keyboard.press('F1');
    await expect(page.getByTestId('keys-dialog').locator('[data-key=search]')).toContainText('Search over everything');
    await expect(page.getByTestId('keys-dialog').locator('[data-key=invert]')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(page.locator('#case-search')).toBeFocused();
  });
});
