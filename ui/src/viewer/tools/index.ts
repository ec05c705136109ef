// The measuring tools, in the order of the toolbar.
import type { MarkKind } from '../../host/types.ts';
import { angle } from './angle.ts';
import { bidirectional } from './bidirectional.ts';
import { canalCompromise } from './canal_compromise.ts';
import { cobbAngle } from './cobb_angle.ts';
import { ellipse } from './ellipse.ts';
import { freehand } from './freehand.ts';
import { heightLoss } from './height_loss.ts';
import { length } from './length.ts';
import { psoasArea } from './psoas_area.ts';
import { translation } from './translation.ts';
import { volume } from './volume.ts';
import type { Tool } from './tool.ts';

export const TOOLS: readonly Tool[] = [length, angle, cobbAngle, ellipse, freehand, bidirectional, heightLoss, translation, canalCompromise, volume, psoasArea];

export function toolOf(kind: MarkKind): Tool {
  const tool = TOOLS.find((one) => one.kind === kind);
  if (!tool) throw new Error(`no tool draws ${kind}`);
  return tool;
}
