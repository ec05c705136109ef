// The index by vertebra as the demo host keeps it: what hangs where is put together anew after each change; scores stay
// as they were recorded.
import catalogue from 'virtual:catalogue';
import type { CaseView, Lesion, Level, LevelEntry, Mark } from '../types.ts';

function lesionsOf({ case: { lesions = [], observations } }: CaseView): Lesion[] {
  const found = [...lesions];
  for (const { subject, author } of observations) {
    if (subject.kind === 'lesion' && !found.some(({ name }) => name === subject.name)) found.push({ name: subject.name, level: null, part: '', author });
  }
  return found;
}

/** The value that bears the name of the tool, else the first one. */
function mainValues({ kind, measured }: Mark): Mark['measured'] {
  const own = measured.filter(({ quantity }) => quantity === kind);
  return own.length > 0 ? own : measured.slice(0, 1);
}

export function withSpine(view: CaseView): CaseView {
  const { spine_labels: spineLabels, observations, marks, key_images: images, courses } = view.case;
  const lesions = lesionsOf(view);
  const labelled = spineLabels.flatMap(({ labels }) => labels.map(({ level }) => level));
  const hung: (Level | null)[] = [
    ...labelled,
    ...observations.map(({ subject }) => (subject.kind === 'level' ? subject.name : null)),
    ...[...lesions, ...marks, ...images].map(({ level }) => level),
    ...courses.flatMap(({ levels }) => levels),
  ];
  const entry = (level: Level | null): LevelEntry => {
    const facts = view.assessment.facts_used.filter(({ subject }) => subject.kind === 'level' && subject.name === level);
    const here = courses.filter(({ levels }) => level !== null && levels.includes(level));
    return {
      level,
      is_labelled: level !== null && labelled.includes(level),
      scores: view.spine.find((one) => one.level === level)?.scores ?? [],
      facts,
      recorded: facts.filter(({ origin }) => origin.kind === 'observed').length,
      lesions: lesions.filter((lesion) => lesion.level === level),
      marks: marks.filter((mark) => mark.level === level).map((mark) => ({ id: mark.id, kind: mark.kind, values: mainValues(mark) })),
      key_images: images.filter((image) => image.level === level).map(({ id }) => id),
      courses: here.filter(({ status }) => status !== 'planned').map(({ id }) => id),
      plans: here.filter(({ status }) => status === 'planned').map(({ id }) => id),
    };
  };
  const nowhere = entry(null);
  const isEmpty = nowhere.lesions.length + nowhere.marks.length + nowhere.key_images.length === 0;
  const spine = [...catalogue.levels.filter((level) => hung.includes(level)).map(entry), ...(isEmpty ? [] : [nowhere])];
  return { ...view, spine, lesions };
}
