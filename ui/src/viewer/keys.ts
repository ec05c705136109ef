// Every key of the viewer and of the window around it, once: what the viewer does at a key and the lists that say so are made from
// here.
//
// There is no key that flips a picture: a flipped picture shows left as right, and nobody who looks later can
// tell. Turning by 90° keeps the sides apart.

export const KEY_GROUPS = ['images', 'window', 'picture', 'panes', 'planes', 'left_button', 'marks', 'shared', 'week', 'rest'] as const;
export type KeyGroup = (typeof KEY_GROUPS)[number];

interface KeyEntry {
  group: KeyGroup;
  /** Values of `KeyboardEvent.key`, letters small. */
  keys: readonly string[];
  /** Together with the shift key; signs such as `?` need none said. */
  shift?: true;
  /** Together with the control key, or the command key of a Mac. */
  control?: true;
  /** Together with the alt key. */
  alt?: true;
  /** Only while a pane has the keyboard: elsewhere the arrows move the focus or scroll. */
  paneOnly?: true;
  /** Not the viewer but the window around it listens; listed so that the list is whole. */
  elsewhere?: true;
  /** Only while a mark is drawn or chosen, and before anything else that the key does. */
  whileDrawing?: true;
}

/** By action; what an action is called in words is `viewer.key.<action>`. */
export const KEYS = {
  next_image: { group: 'images', keys: ['ArrowDown'], paneOnly: true },
  previous_image: { group: 'images', keys: ['ArrowUp'], paneOnly: true },
  images_forward: { group: 'images', keys: ['PageDown'], paneOnly: true },
  images_back: { group: 'images', keys: ['PageUp'], paneOnly: true },
  first_image: { group: 'images', keys: ['Home'], paneOnly: true },
  last_image: { group: 'images', keys: ['End'], paneOnly: true },
  link: { group: 'images', keys: ['l'] },
  anchor: { group: 'images', keys: ['a'] },
  window_preset: { group: 'window', keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'] },
  narrower: { group: 'window', keys: [','] },
  wider: { group: 'window', keys: ['.'] },
  brighter: { group: 'window', keys: ['b'] },
  darker: { group: 'window', keys: ['d'] },
  invert: { group: 'window', keys: ['i'] },
  fit: { group: 'picture', keys: ['f'] },
  zoom_in: { group: 'picture', keys: ['+', '='] },
  zoom_out: { group: 'picture', keys: ['-'] },
  rotate: { group: 'picture', keys: ['r'] },
  pan_left: { group: 'picture', keys: ['ArrowLeft'], shift: true, paneOnly: true },
  pan_right: { group: 'picture', keys: ['ArrowRight'], shift: true, paneOnly: true },
  pan_up: { group: 'picture', keys: ['ArrowUp'], shift: true, paneOnly: true },
  pan_down: { group: 'picture', keys: ['ArrowDown'], shift: true, paneOnly: true },
  next_pane: { group: 'panes', keys: [']'] },
  previous_pane: { group: 'panes', keys: ['['] },
  enlarge: { group: 'panes', keys: ['Enter'], paneOnly: true },
  thumbnails: { group: 'panes', keys: ['t'] },
  planes: { group: 'planes', keys: ['p'] },
  tilt_left: { group: 'planes', keys: ['q'] },
  tilt_right: { group: 'planes', keys: ['e'] },
  straighten: { group: 'planes', keys: ['o'] },
  slab: { group: 'planes', keys: ['s'] },
  blend: { group: 'planes', keys: ['x'] },
  left_window: { group: 'left_button', keys: ['w'] },
  left_pan: { group: 'left_button', keys: ['g'] },
  left_zoom: { group: 'left_button', keys: ['z'] },
  left_crosshair: { group: 'left_button', keys: ['c'] },
  mark_length: { group: 'marks', keys: ['l'], shift: true },
  mark_angle: { group: 'marks', keys: ['a'], shift: true },
  mark_cobb_angle: { group: 'marks', keys: ['c'], shift: true },
  mark_ellipse: { group: 'marks', keys: ['e'], shift: true },
  mark_freehand: { group: 'marks', keys: ['o'], shift: true },
  mark_bidirectional: { group: 'marks', keys: ['b'], shift: true },
  mark_height_loss: { group: 'marks', keys: ['h'], shift: true },
  mark_translation: { group: 'marks', keys: ['t'], shift: true },
  mark_canal_compromise: { group: 'marks', keys: ['k'], shift: true },
  mark_volume: { group: 'marks', keys: ['v'], shift: true },
  mark_psoas_area: { group: 'marks', keys: ['p'], shift: true },
  close_outline: { group: 'marks', keys: ['Enter'], whileDrawing: true },
  take_back_point: { group: 'marks', keys: ['Backspace'], whileDrawing: true },
  cancel_mark: { group: 'marks', keys: ['Escape'], whileDrawing: true },
  remove_mark: { group: 'marks', keys: ['Delete'], whileDrawing: true },
  undo: { group: 'marks', keys: ['z'], control: true },
  redo: { group: 'marks', keys: ['y'], control: true },
  shared_page_on: { group: 'shared', keys: ['PageDown'], alt: true, elsewhere: true },
  shared_page_back: { group: 'shared', keys: ['PageUp'], alt: true, elsewhere: true },
  next_case: { group: 'shared', keys: ['PageDown'], control: true, elsewhere: true },
  previous_case: { group: 'shared', keys: ['PageUp'], control: true, elsewhere: true },
  search: { group: 'week', keys: ['k'], control: true, elsewhere: true },
  home: { group: 'week', keys: ['Home'], alt: true, elsewhere: true },
  next_meeting: { group: 'week', keys: ['0'], alt: true, elsewhere: true },
  tab: { group: 'week', keys: ['1', '2', '3', '4', '5', '6'], alt: true, elsewhere: true },
  case_up: { group: 'week', keys: ['ArrowUp'], alt: true, elsewhere: true },
  case_down: { group: 'week', keys: ['ArrowDown'], alt: true, elsewhere: true },
  key_image: { group: 'rest', keys: ['k'] },
  mask: { group: 'rest', keys: ['m'], elsewhere: true },
  larger: { group: 'rest', keys: ['+'], control: true, elsewhere: true },
  smaller: { group: 'rest', keys: ['-'], control: true, elsewhere: true },
  whole_size: { group: 'rest', keys: ['0'], control: true, elsewhere: true },
  keys: { group: 'rest', keys: ['?'] },
  keys_of_the_window: { group: 'rest', keys: ['F1'], elsewhere: true },
} as const satisfies Record<string, KeyEntry>;

export type KeyName = keyof typeof KEYS;
/** What the viewer itself does at a key. */
export type Action = { [Name in KeyName]: (typeof KEYS)[Name] extends { elsewhere: true } | { whileDrawing: true } ? never : Name }[KeyName];

const ENTRIES = Object.entries(KEYS) as [KeyName, KeyEntry][];

/** The part of an event that decides. */
export interface Pressed {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  /** Many layouts reach `[` and `]` by AltGr, which counts as control and alt. */
  altGraph: boolean;
}

const LETTER = /^\p{L}$/u;

/** Letters small, whatever the shift key did to them. */
const asInTable = (key: string): string => (LETTER.test(key) ? key.toLowerCase() : key);

/** What a pressed key means, and which of its keys it was, from 0. */
export function actionOf(pressed: Pressed, inPane: boolean): { action: Action; place: number } | null {
  const isControl = (pressed.ctrlKey || pressed.metaKey) && !pressed.altGraph;
  if (pressed.altKey && !pressed.altGraph) return null;
  const isLetter = LETTER.test(pressed.key);
  const isNamed = pressed.key.length > 1;
  const key = asInTable(pressed.key);
  for (const [name, entry] of ENTRIES) {
    const place = entry.keys.indexOf(key);
    if (place < 0 || entry.elsewhere || entry.whileDrawing || (entry.paneOnly && !inPane) || isControl !== (entry.control ?? false)) continue;
    if ((isNamed || isLetter) && pressed.shiftKey !== (entry.shift ?? false)) continue;
    return { action: name as Action, place };
  }
  return null;
}

/** The key of the window that was pressed, as the table names it. */
export function keyOfWindow(pressed: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey'>): KeyName | null {
  const isControl = pressed.ctrlKey || pressed.metaKey;
  const key = asInTable(pressed.key);
  const found = ENTRIES.find(([, entry]) => entry.elsewhere && entry.keys.includes(key) && isControl === (entry.control ?? false) && pressed.altKey === (entry.alt ?? false));
  return pressed.shiftKey ? null : (found?.[0] ?? null);
}

/** The entries of a group, in the order of the list; those of the window alone where there is no viewer. */
export function keysOf(group: KeyGroup, isViewer: boolean): KeyName[] {
  return ENTRIES.filter(([, entry]) => entry.group === group && (isViewer || entry.elsewhere === true)).map(([name]) => name);
}

const SIGNS: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→' };

/** The key as it is written on the keyboard; the words of named keys are `viewer.key_name.<name>`. */
export function caps(name: KeyName): { shift: boolean; control: boolean; alt: boolean; caps: string[] } {
  const entry: KeyEntry = KEYS[name];
  const [first = '', ...others] = entry.keys;
  const shown = others.length > 2 ? [first, '…', others.at(-1) ?? ''] : [first];
  return { shift: entry.shift ?? false, control: entry.control ?? false, alt: entry.alt ?? false, caps: shown.map((key) => SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key)) };
}

/** Of an action with one letter: the letter, for the title of its button. */
export function letterOf(action: Action): string {
  return caps(action).caps[0] ?? '';
}
