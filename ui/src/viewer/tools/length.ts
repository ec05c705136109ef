// A distance.
import type { Tool } from './tool.ts';

export const length: Tool = {
  kind: 'length',
  parts: 1,
  points: 2,
  lines: [[0, 1]],
};
