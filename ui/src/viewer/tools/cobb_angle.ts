// The angle between the upper end plate of one vertebra and the lower one of another.
import type { Tool } from './tool.ts';

export const cobbAngle: Tool = {
  kind: 'cobb_angle',
  parts: 1,
  points: 4,
  lines: [[0, 1], [2, 3]],
};
