// How the centre of the demo host works through its week: the shipped limits, as nobody changed any.
import week from 'virtual:week';
import type { WeekView } from '../types.ts';

export const WEEK: WeekView = {
  settings: {
    quorum: { specialties: ['spine_surgery', 'radiation_oncology', 'medical_oncology', 'radiology'], people: 4 },
    minutes_per_case: 8,
    list_closes_days_before: 1,
    completeness: { limit_days: {}, left_out: [] },
    clock: { limit_days: {}, urgent_limit_days: {} },
    letterhead: { centre: '', department: '', lines: [] },
  },
  specialties: ['spine_surgery', 'radiation_oncology', 'medical_oncology', 'radiology'],
  ...week,
};
