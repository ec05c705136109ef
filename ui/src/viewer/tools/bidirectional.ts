// The longest diameter and the longest across it.
import { withPerpendicular, type Tool } from './tool.ts';

export const bidirectional: Tool = {
  kind: 'bidirectional',
  parts: 1,
  points: 4,
  lines: [[0, 1], [2, 3]],
  finish: withPerpendicular,
};
