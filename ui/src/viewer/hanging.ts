// How a study is laid out when it is opened: by modality and body part, a prior study of the same patient
// beside it. Working rules of reading rooms for the spine; the reader can put anything anywhere afterwards.
import type { ImageLibrary, Series, Stack, Study } from '../host/types.ts';
import type { Arrangement, Layout, PaneContent } from '../state/arrangement.ts';
import { findStack } from '../state/library.ts';

interface Candidate {
  study: Study;
  series: Series;
  stack: Stack;
}

/** What a pane is for, and the stack of a study that serves it best. */
type Role = (study: Study) => PaneContent | null;

const SPINE = /spine|spinal|lumbar|thorac|cervic|sacr|vertebr|wirbels|\b[ltc]-?(?:sp|ws|wk)\b|\bhws\b|\bbws\b|\blws\b|rachis|colonna/i;
const LOCALIZER = /locali[sz]er|scout|survey|topogram|surview|3[- ]?plane/i;
const T2 = /\bt2/i;
const T1 = /\bt1/i;
const FAT_SUPPRESSED = /stir|tirm|dixon|fatsat|\bfs\b/i;
const BONE = /bone|\bb[67]\d|knochen|\bhr\d/i;

/** Names what is not evident from a stack's plane: the body part as the files name it. */
export function isSpine({ study, series }: Pick<Candidate, 'study' | 'series'>): boolean {
  return SPINE.test(`${series.body_part} ${series.description} ${study.description}`);
}

/** The layout in which a stack opens; it is among the panes and active.
 * `planesPossible`: the machine can draw planes through volumes. */
export function hanging(library: ImageLibrary, stackId: string, planesPossible: boolean): Arrangement {
  const chosen = findStack(library, stackId);
  const content: PaneContent = { stackId, view: 'stack' };
  const alone: Arrangement = { layout: 'one', panes: [content], active: 0 };
  if (!chosen) return alone;
  const roles = rolesOf(chosen, planesPossible);
  const prior = priorStudy(library, chosen);
  const rows = roles.map((role) => ({ now: role(chosen.study), before: prior ? role(prior) : null })).filter(({ now }) => now !== null);
  if (rows.some(({ before }) => before !== null)) {
    // Beside each other, so that the eye moves along one line from now to then; the first view and the last.
    const panes = rows.filter((_, index) => index === 0 || index === rows.length - 1).flatMap(({ now, before }) => [now, before]);
    return opened(panes.length === 2 ? 'two' : 'four', panes, content, chosen);
  }
  const panes = rows.map(({ now }) => now).slice(0, 3);
  if (panes.length < 2) return panes.length === 0 || panes[0]?.stackId === stackId ? alone : opened('two', panes, content, chosen);
  return opened(panes.length === 2 ? 'two' : 'three', panes, content, chosen);
}

/** The chosen stack takes the pane of its role, or of the first that it can replace. */
function opened(layout: Layout, panes: (PaneContent | null)[], content: PaneContent, chosen: Candidate): Arrangement {
  const there = panes.findIndex((pane) => pane?.stackId === content.stackId && pane.view === 'stack');
  if (there >= 0) return { layout, panes, active: there };
  const own = chosen.study.series.flatMap(({ stacks }) => stacks);
  const planeOf = (pane: PaneContent | null): string | undefined => (pane?.view === 'stack' ? own.find(({ id }) => id === pane.stackId)?.plane : pane?.view);
  const same = panes.findIndex((pane) => planeOf(pane) === chosen.stack.plane);
  if (layout === 'two' && panes.length < 2) return { layout, panes: [...panes, content], active: panes.length };
  const place = Math.max(same, 0);
  return { layout, panes: panes.map((pane, index) => (index === place ? content : pane)), active: place };
}

function rolesOf(chosen: Candidate, planesPossible: boolean): Role[] {
  const { modality } = chosen.series;
  const best = (score: (candidate: Candidate) => number | null): Role => (study) => {
    const found = bestOf(study, modality, score, chosen);
    return found && { stackId: found.stack.id, view: 'stack' };
  };
  if (modality === 'MR') {
    return [
      best((candidate) => weighted(candidate, 'sagittal', T2)),
      best((candidate) => weighted(candidate, 'sagittal', T1)),
      best((candidate) => weighted(candidate, 'axial', T2)),
    ];
  }
  if (modality === 'CT') {
    const axial = best((candidate) => sliced(candidate, 'axial'));
    const sagittal: Role = (study) => {
      const source = bestOf(study, modality, (candidate) => sliced(candidate, 'axial'), chosen);
      if (source?.stack.is_volume && planesPossible) return { stackId: source.stack.id, view: 'sagittal' };
      return best((candidate) => sliced(candidate, 'sagittal'))(study);
    };
    // For the spine the sagittal picture leads; elsewhere the slices as they were recorded do.
    return isSpine(chosen) ? [sagittal, axial] : [axial, sagittal];
  }
  // Radiographs and whatever else: the stacks as they come, two views beside each other.
  return [0, 1].map((place): Role => (study) => {
    const stacks = candidates(study, modality);
    const first = study.uid === chosen.study.uid ? chosen.stack : stacks[0]?.stack;
    const stack = place === 0 ? first : stacks.map((candidate) => candidate.stack).find(({ id }) => id !== first?.id);
    return stack ? { stackId: stack.id, view: 'stack' } : null;
  });
}

function candidates(study: Study, modality: string): Candidate[] {
  return study.series
    .filter((series) => series.modality === modality && !LOCALIZER.test(series.description))
    .flatMap((series) => series.stacks.map((stack) => ({ study, series, stack })));
}

/** The candidate with the highest score; the chosen stack wins its own role. `null` is unfit. */
function bestOf(study: Study, modality: string, score: (candidate: Candidate) => number | null, chosen: Candidate): Candidate | null {
  let best: { candidate: Candidate; points: number } | null = null;
  for (const candidate of candidates(study, modality)) {
    const points = score(candidate);
    if (points === null) continue;
    const own = candidate.stack.id === chosen.stack.id ? 1000 : 0;
    const region = isSpine(candidate) === isSpine(chosen) ? 100 : 0;
    if (best === null || points + own + region > best.points) best = { candidate, points: points + own + region };
  }
  return best?.candidate ?? null;
}

/** MR of one plane and weighting; of several the one without suppressed fat, then the one with more images. */
function weighted({ series, stack }: Candidate, plane: Stack['plane'], weighting: RegExp): number | null {
  if (stack.plane !== plane) return null;
  const other = weighting === T2 ? T1 : T2;
  const fits = weighting.test(series.description);
  // A series that says another weighting never stands in; one that says none may, for T2 only.
  if (!fits && (other.test(series.description) || weighting === T1)) return null;
  return (fits ? 40 : 0) + (FAT_SUPPRESSED.test(series.description) ? 0 : 20) + Math.min(stack.images.length, 200) / 20;
}

/** CT of one plane: volumes first, then the bone kernel, then the larger stack. */
function sliced({ series, stack }: Candidate, plane: Stack['plane']): number | null {
  if (stack.plane !== plane) return null;
  return (stack.is_volume ? 40 : 0) + (BONE.test(series.description) ? 20 : 0) + Math.min(stack.images.length, 1000) / 100;
}

/** The latest earlier study of the same patient with images of the same modality and region. Patients are told
 * apart by all that the files say of them, so that two persons never stand beside each other by themselves. */
export function priorStudy(library: ImageLibrary, chosen: { study: Study; series: Series }): Study | null {
  const { date } = chosen.study;
  if (date === null) return null;
  const patient = JSON.stringify(chosen.study.patient);
  const earlier = library.studies.filter(
    (study) =>
      study.date !== null &&
      study.date < date &&
      JSON.stringify(study.patient) === patient &&
      candidates(study, chosen.series.modality).some((candidate) => isSpine(candidate) === isSpine(chosen)),
  );
  return earlier.reduce<Study | null>((latest, study) => (latest === null || (study.date ?? '') > (latest.date ?? '') ? study : latest), null);
}
