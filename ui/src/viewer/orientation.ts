// Letters at the image's edges from direction cosines in the patient's coordinates
// (DICOM PS3.3 C.7.6.2.1.1: x to the left, y to the back, z to the head).

export type Vector = readonly [number, number, number];

const AXES: readonly [string, string][] = [
  ['R', 'L'],
  ['A', 'P'],
  ['F', 'H'],
];

/** A component below this is not worth a letter: about 6 degrees. */
const NEGLIGIBLE = 0.1;

/** The letters of the direction, the strongest first, for example `LP`. */
export function lettersOf(direction: Vector): string {
  return direction
    .map((component, axis) => ({ component, names: AXES[axis] as [string, string] }))
    .filter(({ component }) => Math.abs(component) > NEGLIGIBLE)
    .sort((a, b) => Math.abs(b.component) - Math.abs(a.component))
    .map(({ component, names }) => (component > 0 ? names[1] : names[0]))
    .join('');
}

/** The four letters around a picture whose right and down directions are given. */
export function edgesOf(right: Vector, down: Vector): { left: string; right: string; top: string; bottom: string } {
  const negated = (vector: Vector): Vector => [-vector[0], -vector[1], -vector[2]];
  return {
    right: lettersOf(right),
    left: lettersOf(negated(right)),
    bottom: lettersOf(down),
    top: lettersOf(negated(down)),
  };
}

export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
