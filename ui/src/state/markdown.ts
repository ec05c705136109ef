// The part of Markdown that model cards use, as blocks; never as HTML, so a card cannot bring any.

export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] };

/** Splits a text into blocks; marks of emphasis and code are taken off. */
export function blocks(text: string): Block[] {
  const found: Block[] = [];
  for (const part of text.replaceAll('\r\n', '\n').split(/\n\s*\n/)) {
    let lines = part.split('\n').filter((line) => line.trim() !== '');
    const heading = /^(#{1,6})\s+(.*)$/.exec(lines[0] ?? '');
    if (heading) {
      found.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: plain(heading[2] ?? '') });
      lines = lines.slice(1);
    }
    if (lines.length > 0) found.push(body(lines));
  }
  return found;
}

function body(lines: string[]): Block {
  if (lines.length > 1 && lines[0]?.includes('|') && /^[\s|:-]+$/.test(lines[1] ?? '')) {
    return { kind: 'table', head: cells(lines[0]), rows: lines.slice(2).map(cells) };
  }
  if (/^\s*([-*]|\d+\.)\s+/.test(lines[0] ?? '')) {
    const items: string[] = [];
    for (const line of lines) {
      const item = /^\s*(?:[-*]|\d+\.)\s+(.*)$/.exec(line);
      if (item) items.push(plain(item[1] ?? ''));
      else items.push(`${items.pop() ?? ''} ${plain(line.trim())}`.trim());
    }
    return { kind: 'list', items };
  }
  return { kind: 'paragraph', text: plain(lines.map((line) => line.trim()).join(' ')) };
}

function cells(line: string): string[] {
  return line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => plain(cell.trim()));
}

function plain(text: string): string {
  return text.replace(/\[([^\]]*)\]\(([^)]*)\)/g, '$1 ($2)').replace(/(\*\*|__|`)/g, '');
}

/** The text of a card between one of its headings and the next of the same level; empty where it has none. */
export function section(text: string, heading: string): string {
  const parts = text.replaceAll('\r\n', '\n').split(/^(?=## )/m);
  const found = parts.find((part) => part.split('\n', 1)[0] === `## ${heading}`);
  return found?.split('\n').slice(1).join('\n').trim() ?? '';
}
