// Treatments and plans in words; what is in them was checked by Rust.
import type { CourseInput, Lesion, TreatmentCourse, TreatmentKind } from '../host/types.ts';
import { date, number } from './format.ts';
import { t } from './words.svelte.ts';

export const KINDS: TreatmentKind[] = ['surgery', 'stereotactic_radiotherapy', 'conventional_radiotherapy', 'systemic_therapy', 'bone_modifying_agent', 'supportive'];

/** Gray and fractions are asked of these alone. */
export const RADIOTHERAPY: TreatmentKind[] = ['stereotactic_radiotherapy', 'conventional_radiotherapy'];

export const isPlanned = ({ status }: TreatmentCourse): boolean => status === 'planned';

/** Given courses first, then plans. */
export function inOrder(courses: readonly TreatmentCourse[]): TreatmentCourse[] {
  return [...courses.filter((course) => !isPlanned(course)), ...courses.filter(isPlanned)];
}

export const kindText = (kind: TreatmentKind): string => t(`report.treatment.${kind}`);

/** `Surgery`, or `Surgery, planned`. */
export function courseName(course: TreatmentCourse): string {
  const treatment = kindText(course.kind);
  return isPlanned(course) ? t('report.treatments.planned', { treatment }) : treatment;
}

/** `20 Gy in 5 fractions` */
export function doseText({ dose_gray: gray, fractions }: Pick<TreatmentCourse, 'dose_gray' | 'fractions'>): string {
  const dose = gray === null ? '' : number(gray);
  if (gray === null) return fractions === null ? '' : t('report.treatments.fractions', { count: fractions });
  return fractions === null ? t('report.treatments.dose', { dose }) : t('report.treatments.dose_fractions', { dose, count: fractions });
}

export function datesText(course: TreatmentCourse): string {
  const [start, end] = [course.started_on, course.ended_on].map((day) => (day === null ? null : date(day)));
  if (!start && !end) return isPlanned(course) ? t('report.treatments.no_day') : t('screen.courses.no_dates');
  if (!end) return t(isPlanned(course) ? 'report.treatments.from' : 'report.treatments.since', { start: start ?? '' });
  if (!start) return t('report.treatments.until', { end });
  return start === end ? start : `${start} – ${end}`;
}

/** What, how much and when, in one line. */
export function courseText(course: TreatmentCourse): string {
  return [course.description, doseText(course), datesText(course)].filter(Boolean).join(', ');
}

/** A course as the form begins with it; none is a new one. */
export function courseInput(course: TreatmentCourse | null): CourseInput {
  if (!course) return { kind: 'surgery', status: 'given', description: '', levels: [], dose_gray: null, fractions: null, cord_dose_gray: null, started_on: null, ended_on: null };
  const { kind, status, description, levels, dose_gray, fractions, cord_dose_gray, started_on, ended_on } = course;
  return { kind, status: status ?? 'given', description, levels, dose_gray, fractions, cord_dose_gray: cord_dose_gray ?? null, started_on, ended_on };
}

/** `lesion L1 (left pedicle)` */
export function lesionText({ name, part }: Lesion): string {
  const lesion = t('subject.lesion', { name });
  return part === '' ? lesion : `${lesion} (${part})`;
}
