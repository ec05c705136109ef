// The angle between two lines.
import type { Tool } from './tool.ts';

export const angle: Tool = {
  kind: 'angle',
  parts: 1,
  points: 4,
  lines: [[0, 1], [2, 3]],
};
