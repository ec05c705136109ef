// Outlines that a site's own model proposes: on which images it is offered, and which part of which mark its outline is.
import type { MarkKind, OutlineTarget, PackStatus, StackGeometry } from '../host/types.ts';

/** A model and what it is asked to outline. */
export interface OutlineRequest {
  /** Of the pack's manifest: by this Rust is asked. */
  sha256: string;
  pack: string;
  version: string;
  target: OutlineTarget;
}

/** The kind of mark and the part of it, counted from 0, that an outline of a target is; see `clinical::marks::OutlineTarget`. */
const PARTS: Record<OutlineTarget, { kind: MarkKind; part: number }> = {
  canal: { kind: 'canal_compromise', part: 0 },
  epidural: { kind: 'canal_compromise', part: 1 },
  lesion: { kind: 'volume', part: 0 },
  psoas_right: { kind: 'psoas_area', part: 0 },
  psoas_left: { kind: 'psoas_area', part: 1 },
};

export function partOf(target: OutlineTarget): { kind: MarkKind; part: number } {
  return PARTS[target];
}

/** What the ready packs outline on images like these: of their modality, plane, with known pixel size, in grey. */
export function outlinesFor(packs: readonly PackStatus[], geometry: StackGeometry): OutlineRequest[] {
  if (geometry.pixel_spacing === null || geometry.data_type === 'rgb8') return [];
  return packs.flatMap(({ name, version, state, outlines }): OutlineRequest[] => {
    if (!outlines || state.kind !== 'ready' || outlines.modality !== geometry.modality || outlines.plane !== geometry.plane) return [];
    return outlines.targets.map((target) => ({ sha256: outlines.sha256, pack: name, version: version ?? '', target }));
  });
}

/** Names of packs by the SHA-256 of their manifests, with their versions. */
export function namesOf(packs: readonly PackStatus[], sha256s: readonly string[]): string {
  const named = packs.filter(({ outlines }) => outlines !== undefined && sha256s.includes(outlines.sha256));
  return named.map(({ name, version }) => [name, version].filter(Boolean).join(' ')).join(', ');
}
