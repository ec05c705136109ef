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
