// Runs inside the page. Something counts as painted in the first task after the animation frame that drew it: WebKit lays out and
// paints between the two.
const PATIENCE = 20000;
const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))));
const find = (selector) => document.querySelector(selector);

/** Waits until the page answers; it is asked with every change of the page. */
const until = (answer, what) => new Promise((resolve, reject) => {
  const look = () => {
    const found = answer();
    if (!found) return;
    observer.disconnect();
    clearTimeout(over);
    resolve(found);
  };
  const observer = new MutationObserver(look);
  const over = setTimeout(() => reject(new Error(`no ${what}`)), PATIENCE);
  observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  look();
});

function put(field, value) {
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

const forecast = () => find('[data-testid=facts-forecast]')?.textContent;

/** Types a value into the form and takes it with Enter, until another forecast stands beside it. */
async function edits(count) {
  const taken = [];
  for (let index = 0; index < count; index += 1) {
    const before = await until(forecast, 'forecast');
    const field = find('#field-albumin');
    field.focus();
    field.value = index % 2 ? '45' : '20';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await painted();
    const begun = performance.now();
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    await until(() => forecast() !== before, 'new forecast');
    taken.push((await painted()) - begun);
  }
  return taken;
}

/** Tries a value out beside the case. */
async function tries(count) {
  const taken = [];
  const shown = () => find('[data-testid=try-answer]')?.textContent ?? '';
  for (let index = 0; index < count; index += 1) {
    const before = shown();
    put(await until(() => find('#try-feature'), 'list of facts'), 'albumin');
    put(await until(() => find('#try-value'), 'value'), index % 2 ? '46' : '21');
    await painted();
    const begun = performance.now();
    find('#try-add').click();
    await until(() => shown() !== before, 'answer');
    taken.push((await painted()) - begun);
  }
  return taken;
}
