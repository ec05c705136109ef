// Cornerstone3D as a pure drawing machine: it is handed finished geometry and decoded pixels by
// Rust. Its own parsing, sorting, spacing and rescaling stay unused.
import {
  Enums,
  RenderingEngine,
  cache,
  getShouldUseCPURendering,
  imageLoader,
  init as initialiseCore,
  metaData,
  utilities,
  volumeLoader,
  type Types,
} from '@cornerstonejs/core';
import {
  CrosshairsTool,
  Enums as toolEnums,
  PanTool,
  StackScrollTool,
  ToolGroupManager,
  WindowLevelTool,
  ZoomTool,
  addTool,
  init as initialiseTools,
} from '@cornerstonejs/tools';
import type { StackGeometry } from '../host/types.ts';
import { StackFrames, type PixelArray } from './frames.ts';
import { orientationToDraw, positionToDraw, spacingToDraw } from './placement.ts';
import { openingWindow, rangeOfWindow } from './presets.ts';

const SCHEME = 'spineboard';

interface OpenStack {
  geometry: StackGeometry;
  frames: StackFrames;
}

const open = new Map<string, OpenStack>();
let started = false;

/** Starts the drawing machine once; true if three planes can be drawn, false if stacks only. */
export function startEngine(): boolean {
  if (!started) {
    // One shared context keeps a volume in graphics memory once for all three planes.
    initialiseCore({ rendering: { renderingEngineMode: Enums.RenderingEngineModeEnum.Tiled } } as never);
    initialiseTools();
    imageLoader.registerImageLoader(SCHEME, loadImage as never);
    metaData.addProvider(provideMetadata, 1000);
    for (const tool of [WindowLevelTool, PanTool, ZoomTool, StackScrollTool, CrosshairsTool]) addTool(tool);
    started = true;
  }
  return !getShouldUseCPURendering();
}

/** Makes a stack's images known to the drawing machine. */
export function registerStack(geometry: StackGeometry, frames: StackFrames): string[] {
  open.set(geometry.id, { geometry, frames });
  return geometry.images.map((_, index) => `${SCHEME}:${geometry.id}/${index}`);
}

export function forgetStack(stackId: string): void {
  open.get(stackId)?.frames.close();
  open.delete(stackId);
}

/** Forgets one picture, and the volume of its stack, so that both are made anew from their values. */
export function forgetPicture(imageId: string, stackId: string): void {
  if (cache.getImageLoadObject(imageId)) cache.removeImageLoadObject(imageId, { force: true });
  if (cache.getVolume(volumeIdOf(stackId))) cache.removeVolumeLoadObject(volumeIdOf(stackId));
}

function volumeIdOf(stackId: string): string {
  return `spineboard-volume:${stackId}`;
}

/** Finds the frame behind an image id: ours, or the one that a local volume gives its slices. */
function resolve(imageId: string): { stack: OpenStack; index: number } | undefined {
  const parts = /^spineboard(?:-volume)?:(.+)(?:\/|_slice_)(\d+)$/.exec(imageId);
  const stack = parts?.[1] === undefined ? undefined : open.get(parts[1]);
  return stack && { stack, index: Number(parts?.[2]) };
}

function loadImage(imageId: string): { promise: Promise<Types.IImage> } {
  const found = resolve(imageId);
  if (!found) return { promise: Promise.reject(new Error(`no open stack for ${imageId}`)) };
  const { stack, index } = found;
  return {
    promise: stack.frames.frame(index).then((pixels) => imageOf(imageId, stack.geometry, pixels)),
  };
}

function imageOf(imageId: string, geometry: StackGeometry, pixels: PixelArray): Types.IImage {
  const colour = geometry.data_type === 'rgb8';
  const [low, high] = extremes(pixels);
  const components = colour ? 3 : 1;
  const window = openingWindow(geometry);
  const [betweenRows, betweenColumns] = spacingToDraw(geometry);
  const voxelManager = utilities.VoxelManager.createImageVoxelManager({
    width: geometry.columns,
    height: geometry.rows,
    numberOfComponents: components,
    scalarData: pixels as never,
  });
  return {
    imageId,
    minPixelValue: low,
    maxPixelValue: high,
    slope: 1,
    intercept: 0,
    windowCenter: window.center,
    windowWidth: window.width,
    voiLUTFunction: Enums.VOILUTFunctionType.LINEAR,
    getPixelData: () => pixels,
    rows: geometry.rows,
    columns: geometry.columns,
    height: geometry.rows,
    width: geometry.columns,
    color: colour,
    rgba: false,
    numberOfComponents: components,
    rowPixelSpacing: betweenRows,
    columnPixelSpacing: betweenColumns,
    invert: geometry.is_inverted,
    photometricInterpretation: photometric(geometry),
    sizeInBytes: pixels.byteLength,
    FrameOfReferenceUID: geometry.frame_of_reference_uid,
    dataType: pixels.constructor.name,
    isPreScaled: true,
    voxelManager,
  } as unknown as Types.IImage;
}

function extremes(pixels: PixelArray): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of pixels) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function photometric(geometry: StackGeometry): string {
  if (geometry.data_type === 'rgb8') return 'RGB';
  return geometry.is_inverted ? 'MONOCHROME1' : 'MONOCHROME2';
}

function provideMetadata(type: string, imageId: unknown): unknown {
  const found = typeof imageId === 'string' ? resolve(imageId) : undefined;
  if (!found) return undefined;
  const { geometry } = found.stack;
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
        imagePositionPatient: positionToDraw(geometry, found.index),
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

function imagePixelModule(geometry: StackGeometry): Record<string, unknown> {
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

/** Hands a fully read stack over as a volume with the geometry that Rust computed. */
export function createVolume(geometry: StackGeometry, frames: StackFrames): string {
  const volume = geometry.volume;
  if (!volume) throw new Error('this stack is no volume');
  const volumeId = volumeIdOf(geometry.id);
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

/** Colours of the three planes, safe for colour blindness (Okabe and Ito). */
export const PLANE_COLOURS: Record<string, string> = {
  axial: '#56b4e9',
  sagittal: '#e69f00',
  coronal: '#009e73',
};

export type LeftButton = 'window' | 'pan' | 'zoom' | 'crosshair';

/** Binds mouse and wheel for a set of viewports. */
export function bindTools(groupId: string, engineId: string, viewportIds: string[], planes: boolean): void {
  ToolGroupManager.destroyToolGroup(groupId);
  const group = ToolGroupManager.createToolGroup(groupId);
  if (!group) return;
  for (const tool of [WindowLevelTool, PanTool, ZoomTool, StackScrollTool]) group.addTool(tool.toolName as string);
  if (planes) {
    group.addTool(CrosshairsTool.toolName as string, {
      getReferenceLineColor: (viewportId: string) => PLANE_COLOURS[viewportId] ?? '#ffffff',
      getReferenceLineControllable: () => true,
      getReferenceLineDraggableRotatable: () => false,
      getReferenceLineSlabThicknessControlsOn: () => false,
    });
  }
  for (const viewportId of viewportIds) group.addViewport(viewportId, engineId);
}

/** What the left button does; wheel scrolls, middle pans, right zooms in every mode. */
export function setLeftButton(groupId: string, mode: LeftButton): void {
  const group = ToolGroupManager.getToolGroup(groupId);
  if (!group) return;
  const { MouseBindings } = toolEnums;
  const names: Record<LeftButton, string> = {
    window: WindowLevelTool.toolName as string,
    pan: PanTool.toolName as string,
    zoom: ZoomTool.toolName as string,
    crosshair: CrosshairsTool.toolName as string,
  };
  for (const name of Object.values(names)) {
    if (group.hasTool(name)) group.setToolPassive(name, { removeAllBindings: true });
  }
  const bindings = new Map<string, number[]>([
    [names.pan, [MouseBindings.Auxiliary]],
    [names.zoom, [MouseBindings.Secondary]],
  ]);
  bindings.set(names[mode], [...(bindings.get(names[mode]) ?? []), MouseBindings.Primary]);
  for (const [name, buttons] of bindings) {
    if (group.hasTool(name)) {
      group.setToolActive(name, { bindings: buttons.map((mouseButton) => ({ mouseButton })) });
    }
  }
  group.setToolActive(StackScrollTool.toolName as string, { bindings: [{ mouseButton: MouseBindings.Wheel }] });
}

/** Shows a window on every given viewport. */
export function applyWindow(engine: RenderingEngine, viewportIds: string[], center: number, width: number): void {
  const voiRange = rangeOfWindow(center, width);
  for (const viewportId of viewportIds) {
    const viewport = engine.getViewport(viewportId) as Types.IStackViewport | Types.IVolumeViewport;
    viewport.setProperties({ voiRange });
    viewport.render();
  }
}

export { RenderingEngine, Enums as CoreEnums };
