// A viewport of the drawing machine and what can be done with its picture. It lives as long as its element
// is on the screen and shows one thing; what is shown next is another picture.
import { setVolumesForViewports, type Types } from '@cornerstonejs/core';
import type { View } from '../state/arrangement.ts';
import { CoreEnums, type RenderingEngine } from './engine.ts';
import type { Vector } from './orientation.ts';
import { rangeOfWindow } from './presets.ts';
import { BLEND_MODES, type Slab } from './slab.ts';
import { add, subtract, turned } from './vectors.ts';

/** How near to a fitted picture still counts as fitted. */
const FITTED = 0.01;

/** The camera in the patient: where it looks, which way, and what is up. */
export interface Sight {
  focalPoint: Vector;
  normal: Vector;
  up: Vector;
}

export class Picture {
  readonly element: HTMLDivElement;
  readonly view: View;
  readonly viewportId: string;
  readonly #engine: RenderingEngine;
  #isGone = false;
  #rotation = 0;

  constructor(engine: RenderingEngine, viewportId: string, element: HTMLDivElement, view: View) {
    this.#engine = engine;
    this.viewportId = viewportId;
    this.element = element;
    this.view = view;
    const type = view === 'stack' ? CoreEnums.ViewportType.STACK : CoreEnums.ViewportType.ORTHOGRAPHIC;
    const orientation = view === 'stack' ? {} : { orientation: view };
    engine.enableElement({ viewportId, element, type, defaultOptions: { background: [0, 0, 0], ...orientation } as never });
  }

  get isPlane(): boolean {
    return this.view !== 'stack';
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  close(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#engine.disableElement(this.viewportId);
  }

  get #viewport(): Types.IViewport {
    return this.#engine.getViewport(this.viewportId) as Types.IViewport;
  }

  get #stack(): Types.IStackViewport {
    return this.#engine.getViewport(this.viewportId) as Types.IStackViewport;
  }

  get #volume(): Types.IVolumeViewport {
    return this.#engine.getViewport(this.viewportId) as Types.IVolumeViewport;
  }

  get #either(): Types.IStackViewport | Types.IVolumeViewport {
    return this.#engine.getViewport(this.viewportId) as Types.IStackViewport;
  }

  /** What is on the screen now. */
  get canvas(): HTMLCanvasElement {
    return this.#viewport.getCanvas();
  }

  showStack(imageIds: string[], index: number): Promise<unknown> {
    return this.#stack.setStack(imageIds, index);
  }

  async showVolume(volumeId: string): Promise<void> {
    await setVolumesForViewports(this.#engine, [{ volumeId }], [this.viewportId]);
  }

  render(): void {
    this.#viewport.render();
  }

  get sight(): Sight | null {
    const { focalPoint, viewPlaneNormal, viewUp } = this.#viewport.getCamera();
    return focalPoint && viewPlaneNormal && viewUp ? { focalPoint: [...focalPoint], normal: [...viewPlaneNormal], up: [...viewUp] } : null;
  }

  get camera(): Types.ICamera {
    return this.#viewport.getCamera();
  }

  set camera(camera: Types.ICamera) {
    this.#viewport.setCamera(camera);
  }

  /** Which slice of how many is shown, counted from 0. */
  get slice(): { index: number; count: number } {
    // Before the first picture both are undefined, whatever their types say.
    return { index: this.#either.getSliceIndex() || 0, count: this.#either.getNumberOfSlices() || 0 };
  }

  scroll(delta: number): void {
    this.#either.scroll(delta);
  }

  async showImage(index: number): Promise<void> {
    await this.#stack.setImageIdIndex(index);
    if (!this.#isGone) this.render();
  }

  /** Of a plane: moves along its normal until the point lies in it, or the volume ends. */
  moveTo(point: Vector): void {
    (this.#volume as Types.IVolumeViewport & { jumpToWorld: (world: Types.Point3) => boolean }).jumpToWorld([...point]);
  }

  /** Where a point of the patient is drawn, pixels of the screen from the upper left corner. */
  worldToCanvas(point: Vector): [number, number] {
    const [x, y] = this.#viewport.worldToCanvas([...point]);
    return [x, y];
  }

  canvasToWorld(place: readonly [number, number]): Vector {
    return this.#viewport.canvasToWorld([place[0], place[1]]);
  }

  setWindow({ center, width }: { center: number; width: number }): void {
    const voiRange = rangeOfWindow(center, width);
    if (this.isPlane) this.#volume.setProperties({ voiRange }, undefined, true);
    else this.#stack.setProperties({ voiRange }, true);
    this.render();
  }

  /** Exchanges black and white. */
  invert(): void {
    this.#either.setProperties({ invert: !(this.#either.getProperties()?.invert ?? false) });
    this.render();
  }

  get rotation(): number {
    return this.#rotation;
  }

  /** Turns the picture clockwise, degrees. */
  rotate(degrees: number): void {
    this.#rotation = (this.#rotation + degrees) % 360;
    if (this.isPlane) {
      const { viewUp, viewPlaneNormal } = this.#viewport.getCamera();
      this.#viewport.setCamera({ viewUp: pointOf(turned(viewUp as Vector, viewPlaneNormal as Vector, degrees)) });
    } else this.#stack.setViewPresentation({ rotation: this.#rotation });
    this.render();
  }

  /** Neither zoomed nor moved by the reader. */
  get isFitted(): boolean {
    const pan = this.#either.getPan();
    return Math.abs(this.#either.getZoom() - 1) < FITTED && Math.hypot(pan[0], pan[1]) < 1;
  }

  /** The whole picture as large as the pane lets it be; slice, turn and tilt stay. */
  fit(): void {
    if (this.isPlane) {
      this.#either.resetCamera({ resetToCenter: false, resetRotation: false, resetOrientation: false, suppressEvents: true } as never);
    } else {
      this.#stack.resetCamera();
      if (this.#rotation !== 0) this.#stack.setViewPresentation({ rotation: this.#rotation });
    }
    this.render();
  }

  zoom(factor: number): void {
    this.#either.setZoom(this.#either.getZoom() * factor);
    this.render();
  }

  /** Moves the picture by pixels of the screen. */
  pan(right: number, down: number): void {
    const [x, y] = this.#either.getPan();
    this.#either.setPan([x + right, y + down]);
    this.render();
  }

  /** How much of the volume a plane draws together. */
  setSlab(slab: Slab): void {
    if (!this.isPlane) return;
    this.#volume.setBlendMode(slab.thickness === 0 ? CoreEnums.BlendModes.COMPOSITE : BLEND_MODES[slab.blend]);
    if (slab.thickness === 0) this.#volume.resetSlabThickness();
    else this.#volume.setSlabThickness(slab.thickness);
    this.render();
  }

  /** Tilts a plane about a line through a point. */
  tilt(axis: Vector, point: Vector, degrees: number): void {
    const { position, focalPoint, viewUp, viewPlaneNormal } = this.#viewport.getCamera();
    const moved = (place: Types.Point3 | undefined): Types.Point3 => pointOf(add(point, turned(subtract(place as Vector, point), axis, degrees)));
    this.#viewport.setCamera({
      position: moved(position),
      focalPoint: moved(focalPoint),
      viewUp: pointOf(turned(viewUp as Vector, axis, degrees)),
      viewPlaneNormal: pointOf(turned(viewPlaneNormal as Vector, axis, degrees)),
    });
    this.render();
  }

  /** Sets a tilted or turned plane straight again. */
  straighten(): void {
    this.#rotation = 0;
    (this.#volume as unknown as { setOrientation: (orientation: string) => void }).setOrientation(this.view);
    this.render();
  }
}

function pointOf(vector: Vector): Types.Point3 {
  return [vector[0], vector[1], vector[2]];
}
