// An ellipse: the ends of one diameter, then how wide it is across.
import { withSecondDiameter, type Tool } from './tool.ts';

export const ellipse: Tool = {
  kind: 'ellipse',
  parts: 1,
  points: 3,
  lines: [[0, 1], [1, 2]],
  isEllipse: true,
  finish: withSecondDiameter,
};
