// What stands in which pane of the viewer. The session keeps it while other tabs are looked at.

/** A stack as it was recorded, or one plane through its volume. */
export const VIEWS = ['stack', 'sagittal', 'axial', 'coronal'] as const;
export type View = (typeof VIEWS)[number];

export const PLANES = ['sagittal', 'axial', 'coronal'] as const;
export type Plane = (typeof PLANES)[number];

export interface PaneContent {
  stackId: string;
  view: View;
}

/** In the order of the menu. */
export const LAYOUTS = ['one', 'two', 'three', 'four', 'six', 'planes'] as const;
export type Layout = (typeof LAYOUTS)[number];

export const PANES_OF: Record<Layout, number> = { one: 1, two: 2, three: 3, four: 4, six: 6, planes: 3 };

/** How many panes there are at most. */
export const MOST_PANES = 6;

export interface Arrangement {
  layout: Layout;
  /** By pane, the first pane first; `null` is an empty pane. */
  panes: (PaneContent | null)[];
  /** Index of the pane that keys and buttons act on. */
  active: number;
}

export function sameContent(a: PaneContent | null, b: PaneContent | null): boolean {
  return a?.stackId === b?.stackId && a?.view === b?.view;
}
