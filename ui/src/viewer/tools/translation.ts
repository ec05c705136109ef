// How far a vertebral body slid against the one below.
import type { Tool } from './tool.ts';

export const translation: Tool = {
  kind: 'translation',
  parts: 1,
  points: 3,
  lines: [[0, 1], [1, 2]],
};
