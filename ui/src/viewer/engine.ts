// Cornerstone3D as a pure drawing machine: it is handed finished geometry and decoded pixels by
// Rust. Its own parsing, sorting, spacing and rescaling stay unused.
import { Enums, RenderingEngine, cache, getShouldUseCPURendering, imageLoader, init as initialiseCore, metaData, utilities, type Types } from '@cornerstonejs/core';
import { init as initialiseTools } from '@cornerstonejs/tools';
import type { StackGeometry } from '../host/types.ts';
import { addTools } from './bindings.ts';
import type { StackFrames, PixelArray } from './frames.ts';
import { metadataOf, photometric } from './metadata.ts';
import { spacingToDraw } from './placement.ts';
import { openingWindow } from './presets.ts';
import { forgetVolume } from './volume.ts';

const SCHEME = 'spineboard';
/** What the drawing machine may count as held: more than `OpenStacks` ever lets be open, as a picture of a stack
 * and of its volume count twice. */
const CACHE_BYTES = 8 * 1024 * 1024 * 1024;

interface OpenStack {
  geometry: StackGeometry;
  frames: StackFrames;
}

const open = new Map<string, OpenStack>();
let started = false;

/** Starts the drawing machine once; true if planes through volumes can be drawn, false if stacks only. */
export function startEngine(): boolean {
  if (!started) {
    drawWithoutEdgeSmoothing();
    // One shared context keeps a volume in graphics memory once for all three planes.
    initialiseCore({ rendering: { renderingEngineMode: Enums.RenderingEngineModeEnum.Tiled } } as never);
    initialiseTools();
    imageLoader.registerImageLoader(SCHEME, loadImage as never);
    metaData.addProvider(provideMetadata, 1000);
    // The pictures share their memory with our frames, which have limits of their own.
    cache.setMaxCacheSize(CACHE_BYTES);
    addTools();
    started = true;
  }
  return !getShouldUseCPURendering();
}

/** A browser smooths the edges of shapes in WebGL unless told otherwise, and the drawing machine cannot be told to.
 * Pictures are textures that fill their panes and have no such edges; without a graphics processor the smoothing
 * takes a third of each frame. */
function drawWithoutEdgeSmoothing(): void {
  const { prototype } = HTMLCanvasElement;
  const getContext = Reflect.get(prototype, 'getContext') as (this: HTMLCanvasElement, kind: string, options?: object) => RenderingContext | null;
  prototype.getContext = function (this: HTMLCanvasElement, kind: string, options?: object) {
    return getContext.call(this, kind, kind === 'webgl2' ? { antialias: false, ...options } : options);
  } as typeof prototype.getContext;
}

/** Makes a stack's images known to the drawing machine. */
export function registerStack(geometry: StackGeometry, frames: StackFrames): string[] {
  open.set(geometry.id, { geometry, frames });
  return imageIdsOf(geometry);
}

/** Forgets a stack that stands in no pane any more, with its pictures and its volume. */
export function forgetStack(stackId: string): void {
  const stack = open.get(stackId);
  if (!stack) return;
  stack.frames.close();
  forgetVolume(stackId);
  for (const imageId of imageIdsOf(stack.geometry)) forgetImage(imageId);
  open.delete(stackId);
}

/** Forgets one picture, and the volume of its stack, so that both are made anew from their values. */
export function forgetPicture(imageId: string, stackId: string): void {
  forgetImage(imageId);
  forgetVolume(stackId);
}

function forgetImage(imageId: string): void {
  if (cache.getImageLoadObject(imageId)) cache.removeImageLoadObject(imageId, { force: true });
}

function imageIdsOf(geometry: StackGeometry): string[] {
  return geometry.images.map((_, index) => `${SCHEME}:${geometry.id}/${index}`);
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

function provideMetadata(type: string, imageId: unknown): unknown {
  const found = typeof imageId === 'string' ? resolve(imageId) : undefined;
  return found && metadataOf(type, found.stack.geometry, found.index);
}

export { RenderingEngine, Enums as CoreEnums };
