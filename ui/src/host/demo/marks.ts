// Marks of the demo host: what is drawn is kept, with the values that the real board gave the recorded mark of its kind.
import type { Host } from '../host.ts';
import type { CaseView, Mark, MarkInput, MarkPartInput, Proposal } from '../types.ts';
import { libraryOf } from './libraries.ts';
import { NOW, refuse, type Memory } from './memory.ts';
import { geometryOf } from './pixels.ts';
import { MARKS, STATUS } from './recorded.ts';

type MarksHost = Pick<Host, 'drawMark' | 'redrawMark' | 'describeMark' | 'removeMark' | 'labelSpine' | 'proposeCanal' | 'proposeOutline'>;

/** A made-up outline around a place. */
function around(index: number, [x, y, z]: [number, number, number]): MarkPartInput {
  const corners = Array.from({ length: 12 }, (_, step) => (step * Math.PI) / 6);
  return { image_index: index, points: corners.map((angle) => [x + 10 * Math.cos(angle), y + 8 * Math.sin(angle), z]) };
}

/** The recorded packs that propose outlines, as a mark names them. */
function modelsOf(sha256s: readonly string[]): NonNullable<Mark['proposed_by']> {
  return STATUS.open.packs.flatMap(({ name, version, outlines }) => (outlines && sha256s.includes(outlines.sha256) ? [{ pack: name, version: version ?? '', sha256: outlines.sha256 }] : []));
}

export function marksHost({ next, change, latest }: Memory): MarksHost {
  function drawn(id: string, { stack_id: stack, kind, reformatted_normal: normal, parts, window_center, window_width, level, note, proposed_by: models }: MarkInput): Mark {
    const geometry = geometryOf(libraryOf(['/demo/images']), stack);
    const recorded = MARKS.find((one) => one.mark.kind === kind);
    return {
      id,
      kind,
      study_instance_uid: geometry.study_uid,
      series_instance_uid: geometry.series_uid,
      frame_of_reference_uid: geometry.frame_of_reference_uid,
      modality: geometry.modality,
      study_date: geometry.study_date,
      ...(normal ? { reformatted_normal: normal } : {}),
      parts: parts.map(({ image_index: index, points }) => ({ sop_instance_uid: geometry.images[index]?.sop_instance_uid ?? '', frame: 1, points })),
      window_center,
      window_width,
      level,
      note,
      measured: recorded?.mark.measured ?? [],
      ...(models && models.length > 0 ? { proposed_by: modelsOf(models) } : {}),
      drawn_at: NOW,
      author: 'demo',
    };
  }

  /** The recorded proposals of the kinds of marks that have a level. */
  function withMarks(view: CaseView, marks: Mark[]): CaseView {
    const proposals = marks.flatMap((mark): Proposal[] => {
      const { level } = mark;
      const recorded = MARKS.find((one) => one.mark.kind === mark.kind)?.proposals ?? [];
      return level === null ? [] : recorded.map((one) => ({ ...one, mark: mark.id, subject: { kind: 'level', name: level }, source: { kind: 'image', sop_instance_uid: mark.parts[0]?.sop_instance_uid ?? '', mark: mark.id } }));
    });
    return { ...view, case: { ...view.case, marks }, proposals };
  }

  const known = (caseId: string, markId: string): boolean => latest(caseId).case.marks.some(({ id }) => id === markId);

  return {
    drawMark: (caseId, input) => {
      if (input.parts.some(({ points }) => points.length < 2)) return refuse('not_measurable', { reason: 'wrong_points' });
      return change(caseId, (view) => withMarks(view, [...view.case.marks, drawn(`mark-${next()}`, input)]));
    },
    redrawMark: (caseId, markId, input) => {
      if (!known(caseId, markId)) return refuse('unknown_mark');
      return change(caseId, (view) => withMarks(view, view.case.marks.map((mark) => (mark.id === markId ? { ...drawn(markId, input), ...(mark.proposed_by ? { proposed_by: mark.proposed_by } : {}) } : mark))));
    },
    describeMark: (caseId, markId, level, note) => {
      if (!known(caseId, markId)) return refuse('unknown_mark');
      return change(caseId, (view) => withMarks(view, view.case.marks.map((mark) => (mark.id === markId ? { ...mark, level, note } : mark))));
    },
    removeMark: (caseId, markId) => {
      if (!known(caseId, markId)) return refuse('unknown_mark');
      return change(caseId, (view) => withMarks(view, view.case.marks.filter(({ id }) => id !== markId)));
    },
    proposeCanal: (_stackId, index, point) => {
      // None where the place is far to the side.
      if (Math.abs(point[0]) > 40) return refuse('not_measurable', { reason: 'canal_seed_in_bone' });
      return Promise.resolve(around(index, point));
    },
    proposeOutline: (_stackId, index, point, model, target) => {
      if (modelsOf([model]).length === 0) return refuse('unknown_model');
      if (Math.abs(point[0]) > 40) return refuse('not_measurable', { reason: 'tile_nothing', target });
      return Promise.resolve(around(index, point));
    },
    labelSpine: (caseId, { frame_of_reference_uid: frame, anchor, labels }) =>
      change(caseId, (view) => {
        const others = view.case.spine_labels.filter((one) => one.frame_of_reference_uid !== frame);
        const own = labels.length > 0 ? [{ frame_of_reference_uid: frame, anchor, labels, labelled_at: NOW, author: 'demo' }] : [];
        return { ...view, case: { ...view.case, spine_labels: [...others, ...own] } };
      }),
  };
}
