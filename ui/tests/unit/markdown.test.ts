import { expect, it } from 'vitest';
import { blocks } from '../../src/state/markdown.ts';

it('reads the blocks of a card', () => {
  const card = '# Title\nFirst **bold** line\ngoes on.\n\n- one\n- two\n  more\n\n| A | B |\n|---|---|\n| 1 | `2` |\n';
  expect(blocks(card)).toEqual([
    { kind: 'heading', level: 1, text: 'Title' },
    { kind: 'paragraph', text: 'First bold line goes on.' },
    { kind: 'list', items: ['one', 'two more'] },
    { kind: 'table', head: ['A', 'B'], rows: [['1', '2']] },
  ]);
});

it('keeps HTML as text', () => {
  expect(blocks('<script>alert(1)</script>')).toEqual([{ kind: 'paragraph', text: '<script>alert(1)</script>' }]);
});
