// A fully read stack as a volume of the drawing machine.
import { cache, volumeLoader, type Types } from '@cornerstonejs/core';
import type { StackGeometry } from '../host/types.ts';
import type { StackFrames } from './frames.ts';
import { imagePixelModule, photometric } from './metadata.ts';
import { orientationToDraw, spacingToDraw } from './placement.ts';
import { openingWindow } from './presets.ts';

const SCHEME = 'spineboard-volume';

export function volumeIdOf(stackId: string): string {
  return `${SCHEME}:${stackId}`;
}

/** Forgets the volume of a stack and the slices that it was cut into. */
export function forgetVolume(stackId: string): void {
  const volumeId = volumeIdOf(stackId);
  const slices = cache.getVolume(volumeId)?.imageIds ?? [];
  if (cache.getVolume(volumeId)) cache.removeVolumeLoadObject(volumeId);
  for (const imageId of slices) if (cache.getImageLoadObject(imageId)) cache.removeImageLoadObject(imageId, { force: true });
}

/** Hands a fully read stack over as a volume with the geometry that Rust computed. */
export function createVolume(geometry: StackGeometry, frames: StackFrames): string {
  const volume = geometry.volume;
  if (!volume) throw new Error('this stack is no volume');
  const volumeId = volumeIdOf(geometry.id);
  if (cache.getVolume(volumeId)) return volumeId;
  const pixel = imagePixelModule(geometry);
  const window = openingWindow(geometry);
  volumeLoader.createLocalVolume(volumeId, {
    scalarData: frames.values as never,
    dimensions: volume.dimensions as Types.Point3,
    spacing: volume.spacing as Types.Point3,
    origin: volume.origin as Types.Point3,
    direction: volume.direction as unknown as Types.Mat3,
    metadata: {
      BitsAllocated: pixel['bitsAllocated'] as number,
      BitsStored: pixel['bitsStored'] as number,
      SamplesPerPixel: 1,
      HighBit: pixel['highBit'] as number,
      PhotometricInterpretation: photometric(geometry),
      PixelRepresentation: pixel['pixelRepresentation'] as number,
      Modality: geometry.modality,
      SeriesInstanceUID: geometry.series_uid,
      ImageOrientationPatient: [...orientationToDraw(geometry)],
      PixelSpacing: spacingToDraw(geometry),
      FrameOfReferenceUID: geometry.frame_of_reference_uid,
      Columns: geometry.columns,
      Rows: geometry.rows,
      voiLut: [{ windowCenter: window.center, windowWidth: window.width }] as never,
      VOILUTFunction: 'LINEAR',
    },
  });
  return volumeId;
}
