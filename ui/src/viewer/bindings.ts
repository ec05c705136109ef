// Mouse and wheel of the panes. The planes of one volume that stand together share the crosshair.
import { CrosshairsTool, Enums as toolEnums, PanTool, StackScrollTool, ToolGroupManager, WindowLevelTool, ZoomTool, addTool } from '@cornerstonejs/tools';
import type { View } from '../state/arrangement.ts';

/** Colours of the three planes, safe for colour blindness (Okabe and Ito). */
export const PLANE_COLOURS: Record<View, string> = {
  stack: '#cc79a7',
  axial: '#56b4e9',
  sagittal: '#e69f00',
  coronal: '#009e73',
};

export const LEFT_BUTTONS = ['window', 'pan', 'zoom', 'crosshair'] as const;
export type LeftButton = (typeof LEFT_BUTTONS)[number];

/** A viewport that the mouse can act on. */
export interface Bound {
  viewportId: string;
  stackId: string;
  view: View;
}

const PREFIX = 'spineboard-tools';
let groups: string[] = [];

export function addTools(): void {
  for (const tool of [WindowLevelTool, PanTool, ZoomTool, StackScrollTool, CrosshairsTool]) addTool(tool);
}

/** Planes that share a crosshair: those of a stack of which at least two are shown. */
export function crosshairStacks(bound: readonly Bound[]): string[] {
  const planes = bound.filter(({ view }) => view !== 'stack').map(({ stackId }) => stackId);
  return [...new Set(planes.filter((stackId, index) => planes.indexOf(stackId) !== index))];
}

/** Binds the mouse to all panes anew. */
export function bindPanes(engineId: string, bound: readonly Bound[], mode: LeftButton): void {
  unbindPanes();
  const crossed = crosshairStacks(bound);
  const views = new Map(bound.map(({ viewportId, view }) => [viewportId, view]));
  for (const stackId of [null, ...crossed]) {
    const members = bound.filter((pane) => (stackId === null ? pane.view === 'stack' || !crossed.includes(pane.stackId) : pane.view !== 'stack' && pane.stackId === stackId));
    if (members.length === 0) continue;
    const groupId = `${PREFIX}:${stackId ?? ''}`;
    const group = ToolGroupManager.createToolGroup(groupId);
    if (!group) continue;
    groups.push(groupId);
    for (const tool of [WindowLevelTool, PanTool, ZoomTool, StackScrollTool]) group.addTool(tool.toolName as string);
    for (const { viewportId } of members) group.addViewport(viewportId, engineId);
    // After its viewports: a crosshair of one alone complains.
    if (stackId !== null) {
      group.addTool(CrosshairsTool.toolName as string, {
        getReferenceLineColor: (viewportId: string) => PLANE_COLOURS[views.get(viewportId) ?? 'stack'],
        getReferenceLineControllable: () => true,
        // Turning a line tilts the plane that it stands for: the oblique planes.
        getReferenceLineDraggableRotatable: () => true,
        // The thickness is chosen by number, the same for all planes; handles on the lines would hide behind them.
        getReferenceLineSlabThicknessControlsOn: () => false,
      });
    }
  }
  setLeftButton(mode);
}

export function unbindPanes(): void {
  for (const groupId of groups) {
    // Before its viewports go one by one: a crosshair of one alone complains.
    const group = ToolGroupManager.getToolGroup(groupId);
    if (group?.hasTool(CrosshairsTool.toolName as string)) group.setToolDisabled(CrosshairsTool.toolName as string);
    ToolGroupManager.destroyToolGroup(groupId);
  }
  groups = [];
}

/** What the left button does; wheel scrolls, middle pans, right zooms in every mode. */
export function setLeftButton(mode: LeftButton): void {
  const { MouseBindings } = toolEnums;
  const names: Record<LeftButton, string> = {
    window: WindowLevelTool.toolName as string,
    pan: PanTool.toolName as string,
    zoom: ZoomTool.toolName as string,
    crosshair: CrosshairsTool.toolName as string,
  };
  for (const groupId of groups) {
    const group = ToolGroupManager.getToolGroup(groupId);
    if (!group) continue;
    for (const name of Object.values(names)) {
      if (group.hasTool(name)) group.setToolPassive(name, { removeAllBindings: true });
    }
    const bindings = new Map<string, number[]>([
      [names.pan, [MouseBindings.Auxiliary]],
      [names.zoom, [MouseBindings.Secondary]],
    ]);
    bindings.set(names[mode], [...(bindings.get(names[mode]) ?? []), MouseBindings.Primary]);
    for (const [name, buttons] of bindings) {
      if (group.hasTool(name)) group.setToolActive(name, { bindings: buttons.map((mouseButton) => ({ mouseButton })) });
    }
    group.setToolActive(StackScrollTool.toolName as string, { bindings: [{ mouseButton: MouseBindings.Wheel }] });
  }
}
