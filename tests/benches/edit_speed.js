// Runs inside the page, after `window/page.js`.
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
