// Heights of a vertebral body and of its neighbours.
import type { Tool } from './tool.ts';

export const heightLoss: Tool = {
  kind: 'height_loss',
  parts: 1,
  points: 6,
  lines: [[0, 1], [2, 3], [4, 5]],
};
