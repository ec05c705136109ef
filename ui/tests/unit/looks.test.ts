import { afterEach, describe, expect, it } from 'vitest';
import { showLooks, theme, themeAfter, themeNamed, zoom, zoomAfter, zoomNamed, zoomOfKey } from '../../src/state/looks.svelte.ts';

const pressed = (key: string, held: object = {}): Parameters<typeof zoomOfKey>[0] => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });

afterEach(() => showLooks(null));

describe('the size', () => {
  it('goes up and down by steps, from half to three times, and no further', () => {
    const up: number[] = [];
    for (let at = 50; up.at(-1) !== at; at = zoomAfter(at, 'larger')) up.push(at);
    expect(up).toEqual([50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300]);
    const down: number[] = [];
    for (let at = 300; down.at(-1) !== at; at = zoomAfter(at, 'smaller')) down.push(at);
    expect(down).toEqual([300, 250, 200, 175, 150, 125, 110, 100, 90, 80, 75, 67, 50]);
    expect(zoomAfter(300, 'reset')).toBe(100);
  });

  it('follows control or command with plus, minus and zero, and nothing else', () => {
    expect(['+', '=', '-', '0'].map((key) => zoomOfKey(pressed(key, { ctrlKey: true })))).toEqual(['larger', 'larger', 'smaller', 'reset']);
    expect(zoomOfKey(pressed('+', { metaKey: true }))).toBe('larger');
    // The viewer zooms its picture by these.
    expect(zoomOfKey(pressed('+'))).toBeNull();
    // AltGr counts as control and alt.
    expect(zoomOfKey(pressed('0', { ctrlKey: true, altKey: true }))).toBeNull();
    expect(zoomOfKey(pressed('1', { ctrlKey: true }))).toBeNull();
  });

  it('takes only a step that was kept', () => {
    expect([zoomNamed('125'), zoomNamed('126'), zoomNamed('1e2'), zoomNamed(''), zoomNamed(undefined)]).toEqual([125, null, null, null, null]);
  });
});

describe('what a person likes', () => {
  it('is shown to them and to nobody after them', () => {
    showLooks({ zoom: '150', theme: 'dark' });
    expect([zoom(), theme()]).toEqual([150, 'dark']);
    const { style, dataset } = document.documentElement;
    expect([style.getPropertyValue('--zoom'), dataset.theme]).toEqual(['1.5', 'dark']);
    showLooks(null);
    expect([zoom(), theme()]).toEqual([100, 'auto']);
    expect([style.getPropertyValue('--zoom'), dataset.theme]).toEqual(['1', undefined]);
  });

  it('leaves alone what they did not choose', () => {
    showLooks({ zoom: '150' });
    showLooks({ theme: 'light', zoom: 'large' });
    expect([zoom(), theme()]).toEqual([150, 'light']);
  });

  it('goes round the lights', () => {
    expect([themeAfter('auto'), themeAfter('light'), themeAfter('dark')]).toEqual(['light', 'dark', 'auto']);
    expect([themeNamed('dark'), themeNamed('blue')]).toEqual(['dark', null]);
  });
});
