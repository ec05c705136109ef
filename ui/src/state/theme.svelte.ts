// Light, dark, or as the computer says; the choice is remembered on this computer.

export type Theme = 'auto' | 'light' | 'dark';
const STORAGE_KEY = 'spineboard.theme';
const ORDER: Theme[] = ['auto', 'light', 'dark'];

let chosen = $state<Theme>('auto');

export function theme(): Theme {
  return chosen;
}

/** Reads the remembered choice and applies it. */
export function restoreTheme(): void {
  const stored = localStorage.getItem(STORAGE_KEY);
  apply(ORDER.find((theme) => theme === stored) ?? 'auto');
}

export function nextTheme(): void {
  apply(ORDER[(ORDER.indexOf(chosen) + 1) % ORDER.length] ?? 'auto');
  localStorage.setItem(STORAGE_KEY, chosen);
}

function apply(theme: Theme): void {
  chosen = theme;
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
