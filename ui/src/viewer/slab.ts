// Slabs: how much of the volume a plane draws together, and how.
import { Enums } from '@cornerstonejs/core';

/** Millimetres; 0 is one slice. */
export const SLAB_THICKNESSES = [0, 5, 10, 20] as const;
export type SlabThickness = (typeof SLAB_THICKNESSES)[number];

/** Of the values along the line of sight: bone shows in the maximum, air and fluid in the minimum. */
export const BLENDS = ['maximum', 'mean', 'minimum'] as const;
export type Blend = (typeof BLENDS)[number];

export interface Slab {
  thickness: SlabThickness;
  blend: Blend;
}

export const ONE_SLICE: Slab = { thickness: 0, blend: 'maximum' };

export const BLEND_MODES: Record<Blend, Enums.BlendModes> = {
  maximum: Enums.BlendModes.MAXIMUM_INTENSITY_BLEND,
  mean: Enums.BlendModes.AVERAGE_INTENSITY_BLEND,
  minimum: Enums.BlendModes.MINIMUM_INTENSITY_BLEND,
};

/** The choice after this one, the first after the last. */
export function following<Choice>(choices: readonly Choice[], choice: Choice): Choice {
  return choices[(choices.indexOf(choice) + 1) % choices.length] as Choice;
}
