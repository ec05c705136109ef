// The bony canal and what narrows it, on one axial image.
import type { Tool } from './tool.ts';

export const canalCompromise: Tool = {
  kind: 'canal_compromise',
  parts: 2,
  points: 'outline',
  lines: [],
};
