// Outlines of one lesion on several images.
import type { Tool } from './tool.ts';

export const volume: Tool = {
  kind: 'volume',
  parts: 'many',
  points: 'outline',
  lines: [],
};
