// Runs inside the page. A picture counts as painted in the first task after the animation frame that drew it:
// WebKit lays out and paints between the two.
const RENDERED = 'CORNERSTONE_IMAGE_RENDERED';
const PATIENCE = 20000;

// A message channel would wait for another process of WebKit.
const nextTask = () => new Promise((resolve) => setTimeout(() => resolve(performance.now())));

const within = (promise, what) => Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error(`no ${what}`)), PATIENCE))]);

/** The time at which a pane's next picture is painted. The event does not bubble, so it is caught on its way. */
const painted = (selector) => within(new Promise((resolve) => {
  const hear = (event) => {
    if (!event.target.closest?.(selector)) return;
    document.removeEventListener(RENDERED, hear, true);
    resolve(nextTask());
  };
  document.addEventListener(RENDERED, hear, true);
}), `picture in ${selector}`);

/** The time at which something is in the page. */
const there = (selector) => within(new Promise((resolve) => {
  const look = () => {
    if (!document.querySelector(selector)) return;
    observer.disconnect();
    resolve(performance.now());
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  look();
}), selector);

const click = (selector) => document.querySelector(selector).click();

/** Opens a folder and the first stack in it; milliseconds since the folder was asked for. */
async function open(path, images) {
  const field = document.querySelector('#images-path');
  field.value = path;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await nextTask();
  const asked = performance.now();
  click('#open-images');
  const read = await there('[data-stack]');
  const requested = performance.now();
  const first = painted('[data-pane=stack]');
  const planes = painted('[data-pane=sagittal]');
  const whole = there(`[data-pane=stack][data-read='${images}']`);
  click('[data-stack]');
  const times = { read, requested, first: await first, whole: await whole, planes: await planes };
  return Object.fromEntries(Object.entries(times).map(([name, time]) => [name, time - asked]));
}

/** Scrolls through a pane as fast as it paints: for each step the time to its paint. */
async function scroll(selector, steps) {
  const pane = document.querySelector(selector);
  const element = pane.querySelector('canvas').parentElement;
  const { left, top, width, height } = pane.getBoundingClientRect();
  const place = { clientX: left + width / 2, clientY: top + height / 2, bubbles: true, cancelable: true };
  const taken = [];
  const slices = new Set();
  for (let step = 0; step < steps; step += 1) {
    const begun = performance.now();
    const done = painted(selector);
    // Down to the foot and up again.
    element.dispatchEvent(new WheelEvent('wheel', { ...place, deltaY: step < steps / 2 ? 100 : -100 }));
    taken.push((await done) - begun);
    slices.add(pane.dataset.slice);
  }
  return { taken, slices: slices.size };
}

/** Puts the three planes in the place of the open stack. */
async function showPlanes() {
  const planes = ['axial', 'sagittal', 'coronal'].map((plane) => painted(`[data-pane=${plane}]`));
  const pane = document.querySelector('[data-pane=stack]');
  pane.focus();
  pane.dispatchEvent(new KeyboardEvent('keydown', { key: 'p', bubbles: true, cancelable: true }));
  await Promise.all(planes);
}
