// Treatments, plans and lesions of the demo host, refused as the board refuses them.
import type { Host } from '../host.ts';
import type { CaseView, CourseInput, Lesion, LesionInput, TreatmentCourse } from '../types.ts';
import { NOW, refuse, type Memory } from './memory.ts';

type LevelsHost = Pick<Host, 'addCourse' | 'changeCourse' | 'removeCourse' | 'addLesion' | 'changeLesion' | 'removeLesion'>;

function faultOf({ kind, status, dose_gray: dose, fractions, started_on: start, ended_on: end }: CourseInput): string | null {
  const today = NOW.slice(0, 10);
  if (fractions !== null && !(Number.isInteger(fractions) && fractions > 0)) return 'course_no_fractions';
  if (start !== null && end !== null && end < start) return 'course_ends_before_it_starts';
  if (status === 'given' && [start, end].some((day) => day !== null && day > today)) return 'course_in_the_future';
  if (dose !== null && !(dose > 0)) return 'course_dose_not_positive';
  if (!kind.endsWith('radiotherapy') && (dose !== null || fractions !== null)) return 'course_dose_without_radiotherapy';
  return null;
}

function course(id: string, { status, description, cord_dose_gray: cordDose, ...rest }: CourseInput): TreatmentCourse {
  return { id, ...rest, ...(status === 'planned' ? { status } : {}), ...(cordDose === null ? {} : { cord_dose_gray: cordDose }), description: description.trim(), author: 'demo' };
}

const lesion = ({ name, level, part }: LesionInput): Lesion => ({ name: name.trim(), level, part: part.trim(), author: 'demo' });

export function levelsHost({ next, change, latest }: Memory): LevelsHost {
  const withCourses = (caseId: string, changed: (courses: TreatmentCourse[]) => TreatmentCourse[]): Promise<CaseView> =>
    change(caseId, (view) => ({ ...view, case: { ...view.case, courses: changed(view.case.courses) } }));
  const withLesions = (caseId: string, changed: (lesions: Lesion[]) => Lesion[]): Promise<CaseView> =>
    change(caseId, (view) => ({ ...view, case: { ...view.case, lesions: changed(view.lesions) } }));
  const isKnown = (caseId: string, id: string): boolean => latest(caseId).case.courses.some((one) => one.id === id);
  const isTaken = (caseId: string, name: string, own?: string): boolean => latest(caseId).lesions.some((one) => one.name === name.trim() && one.name !== own);

  return {
    addCourse: (caseId, input) => {
      const fault = faultOf(input);
      if (fault !== null) return refuse(fault);
      return withCourses(caseId, (courses) => [...courses, course(`course-${next()}`, input)]);
    },
    changeCourse: (caseId, courseId, input) => {
      const fault = faultOf(input);
      if (fault !== null) return refuse(fault);
      if (!isKnown(caseId, courseId)) return refuse('unknown_course');
      return withCourses(caseId, (courses) => courses.map((one) => (one.id === courseId ? course(courseId, input) : one)));
    },
    removeCourse: (caseId, courseId) => {
      if (!isKnown(caseId, courseId)) return refuse('unknown_course');
      return withCourses(caseId, (courses) => courses.filter(({ id }) => id !== courseId));
    },
    addLesion: (caseId, input) => {
      if (input.name.trim() === '') return refuse('lesion_name_needed');
      if (isTaken(caseId, input.name)) return refuse('lesion_exists');
      return withLesions(caseId, (lesions) => [...lesions, lesion(input)]);
    },
    changeLesion: (caseId, name, input) => {
      if (input.name.trim() === '') return refuse('lesion_name_needed');
      if (isTaken(caseId, input.name, name)) return refuse('lesion_exists');
      return change(caseId, (view) => ({
        ...view,
        case: {
          ...view.case,
          lesions: view.lesions.map((one) => (one.name === name ? lesion(input) : one)),
          observations: view.case.observations.map((one) => (one.subject.kind === 'lesion' && one.subject.name === name ? { ...one, subject: { kind: 'lesion', name: input.name.trim() } } : one)),
        },
      }));
    },
    removeLesion: (caseId, name) => {
      const { observations } = latest(caseId).case;
      if (observations.some(({ subject }) => subject.kind === 'lesion' && subject.name === name)) return refuse('lesion_has_facts');
      return withLesions(caseId, (lesions) => lesions.filter((one) => one.name !== name));
    },
  };
}
