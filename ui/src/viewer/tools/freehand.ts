// A closed outline.
import type { Tool } from './tool.ts';

export const freehand: Tool = {
  kind: 'freehand',
  parts: 1,
  points: 'outline',
  lines: [],
};
