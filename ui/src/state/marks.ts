// Marks and what they propose, in words. Values come from Rust; nothing here computes one.
import type { Mark, Measured, MeasuredUnit, ObservationInput, Progression, Proposal, Quantity } from '../host/types.ts';
import { fixed, number } from './format.ts';
import { t } from './words.svelte.ts';

/** Digits after the point, as far as a pixel can tell. */
const DIGITS: Record<MeasuredUnit, number> = {
  millimetre: 1,
  square_millimetre: 0,
  millilitre: 1,
  degree: 1,
  percent: 0,
  hounsfield: 0,
  none: 0,
};

/** `Length 23.4 mm` */
export function measuredText({ quantity, value, unit }: Measured): string {
  return t('marks.value', { quantity: t(`marks.quantity.${quantity}`), value: valueText(value, unit) });
}

function valueText(value: number, unit: MeasuredUnit): string {
  const text = number(Number(value.toFixed(DIGITS[unit])));
  return unit === 'none' ? text : `${text} ${t(`marks.unit.${unit}`)}`;
}

/** What stands beside a mark on the image: every value in a line of its own. */
export function labelledValues({ measured, level }: Mark): string[] {
  return measured.map((one, place) => (place === 0 && level !== null ? `${level}  ${measuredText(one)}` : measuredText(one)));
}

/** The marks on an image, in their order, each with the letter that names it on the kept picture; see `clinical::marks`. */
export function lettered(marks: readonly Mark[], { sop_instance_uid: uid, frame }: { sop_instance_uid: string; frame: number }): { letter: string; mark: Mark }[] {
  const here = marks.filter(({ parts, reformatted_normal: normal }) => normal === undefined && parts.some((part) => part.sop_instance_uid === uid && part.frame === frame));
  return here.map((mark, index) => ({ letter: letterAt(index), mark }));
}

/** A to Z, then AA, AB and so on. */
function letterAt(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letterAt(Math.floor(index / 26) - 1) + last;
}

/** One proposal among those of a case. */
export function proposalKey({ mark, feature }: Proposal): string {
  return `${mark} ${feature}`;
}

/** What a reader confirms by recording a proposal. */
export function recordable({ feature, subject, value, observed_on: day, source }: Proposal): ObservationInput {
  return { feature, subject, entry: { value }, observed_on: day ?? null, source };
}

/** `Canal compromise +20 in 2.0 months, +10.1 a month` */
export function progressionText({ quantity, change, per_month: perMonth, months }: Progression): string {
  return t('marks.progression', { quantity: t(`marks.quantity.${quantity}`), change: signed(change, quantity), months: fixed(months, 1), per_month: signed(perMonth, quantity) });
}

function signed(value: number, quantity: Quantity): string {
  const digits = quantity === 'area' || quantity === 'canal_area' ? 0 : 1;
  const text = fixed(Math.abs(value), digits);
  return Number(value.toFixed(digits)) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
}
