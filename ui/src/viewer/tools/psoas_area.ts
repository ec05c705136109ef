// Both psoas muscles on one axial image at L3 or L4.
import type { Tool } from './tool.ts';

export const psoasArea: Tool = {
  kind: 'psoas_area',
  parts: 2,
  points: 'outline',
  lines: [],
};
