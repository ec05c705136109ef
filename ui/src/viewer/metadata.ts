// What the drawing machine may know of an image: what Rust computed, and nothing that it would compute itself.
import { Enums } from '@cornerstonejs/core';
import type { StackGeometry } from '../host/types.ts';
import { orientationToDraw, positionToDraw, spacingToDraw } from './placement.ts';
import { openingWindow } from './presets.ts';

export function photometric(geometry: StackGeometry): string {
  if (geometry.data_type === 'rgb8') return 'RGB';
  return geometry.is_inverted ? 'MONOCHROME1' : 'MONOCHROME2';
}

/** A metadata module of one image, or `undefined` if the drawing machine needs none. */
export function metadataOf(type: string, geometry: StackGeometry, index: number): unknown {
  const orientation = orientationToDraw(geometry);
  const [betweenRows, betweenColumns] = spacingToDraw(geometry);
  const window = openingWindow(geometry);
  switch (type) {
    case Enums.MetadataModules.IMAGE_PLANE:
      return {
        frameOfReferenceUID: geometry.frame_of_reference_uid,
        rows: geometry.rows,
        columns: geometry.columns,
        imageOrientationPatient: orientation,
        rowCosines: orientation.slice(0, 3),
        columnCosines: orientation.slice(3, 6),
        imagePositionPatient: positionToDraw(geometry, index),
        pixelSpacing: [betweenRows, betweenColumns],
        rowPixelSpacing: betweenRows,
        columnPixelSpacing: betweenColumns,
        sliceThickness: geometry.spacing_between_slices ?? undefined,
        usingDefaultValues: false,
      };
    case Enums.MetadataModules.IMAGE_PIXEL:
      return imagePixelModule(geometry);
    case Enums.MetadataModules.GENERAL_SERIES:
      return { modality: geometry.modality, seriesInstanceUID: geometry.series_uid };
    case Enums.MetadataModules.VOI_LUT:
      return { windowCenter: [window.center], windowWidth: [window.width] };
    case Enums.MetadataModules.MODALITY_LUT:
      return { rescaleSlope: 1, rescaleIntercept: 0 };
    default:
      return undefined;
  }
}

/** The Image Pixel Module (DICOM PS3.3 C.7.6.3) of the values that Rust hands over. */
export function imagePixelModule(geometry: StackGeometry): Record<string, unknown> {
  const bits = { rgb8: 8, int16: 16, float32: 32 }[geometry.data_type];
  return {
    bitsAllocated: bits,
    bitsStored: bits,
    highBit: bits - 1,
    samplesPerPixel: geometry.data_type === 'rgb8' ? 3 : 1,
    pixelRepresentation: geometry.data_type === 'rgb8' ? 0 : 1,
    photometricInterpretation: photometric(geometry),
  };
}
