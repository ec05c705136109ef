// How large everything is and whether it is light or dark. Both are kept for each person in the store, since the web
// view itself keeps nothing; while nobody is signed in the window looks as the computer says.
//
// Larger means a larger root letter, in which all sizes of the interface are written. Pictures keep the pixels of the
// screen, so that they stay sharp and a pointer over them stays where it is.

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Percent. */
export const ZOOMS = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300] as const;
const WHOLE = 100;

let shownTheme = $state<Theme>('auto');
let shownZoom = $state(WHOLE);

export function theme(): Theme {
  return shownTheme;
}

/** Percent. */
export function zoom(): number {
  return shownZoom;
}

export function themeNamed(name: string | undefined): Theme | null {
  return THEMES.find((one) => one === name) ?? null;
}

/** A size that was kept; none if it is no step. */
export function zoomNamed(name: string | undefined): number | null {
  return ZOOMS.find((step) => String(step) === name) ?? null;
}

/** The next step above or below, and back to the whole. */
export function zoomAfter(current: number, change: 'larger' | 'smaller' | 'reset'): number {
  if (change === 'reset') return WHOLE;
  if (change === 'larger') return ZOOMS.find((step) => step > current) ?? current;
  return ZOOMS.findLast((step) => step < current) ?? current;
}

export function themeAfter(current: Theme): Theme {
  return THEMES[(THEMES.indexOf(current) + 1) % THEMES.length] ?? 'auto';
}

/** What a pressed key asks of the size: with control, or with the command key of a Mac. */
export function zoomOfKey({ key, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): 'larger' | 'smaller' | 'reset' | null {
  if (!(ctrlKey || metaKey) || altKey) return null;
  if (key === '+' || key === '=') return 'larger';
  if (key === '-' || key === '_') return 'smaller';
  return key === '0' ? 'reset' : null;
}

export function showTheme(theme: Theme): void {
  shownTheme = theme;
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function showZoom(percent: number): void {
  shownZoom = percent;
  document.documentElement.style.setProperty('--zoom', String(percent / WHOLE));
}

/** Takes what a person chose to see; what they did not choose stays. Nobody's choice is how it is at the start. */
export function showLooks(kept: Record<string, string> | null): void {
  showTheme(kept ? (themeNamed(kept.theme) ?? shownTheme) : 'auto');
  showZoom(kept ? (zoomNamed(kept.zoom) ?? shownZoom) : WHOLE);
}
