// One pane: what it shows, what is to be said of it, and when its picture comes and goes.
import type { Types } from '@cornerstonejs/core';
import { asHostError } from '../host/host.ts';
import type { HostError } from '../host/types.ts';
import { sameContent, type PaneContent, type Plane } from '../state/arrangement.ts';
import { CoreEnums, forgetPicture, type RenderingEngine } from './engine.ts';
import { cornersOf, nearestSlice, normalOf, type SlicePlane } from './linking.ts';
import { cross, edgesOf, type Vector } from './orientation.ts';
import { Picture } from './picture.ts';
import { openingWindow, windowOfRange } from './presets.ts';
import { ONE_SLICE, type Slab } from './slab.ts';
import type { OpenStack, OpenStacks } from './stacks.svelte.ts';
import { painted } from '../state/painted.ts';
import { dot, length, scaled, subtract } from './vectors.ts';
import { createVolume } from './volume.ts';

/** What a pane has around it. */
export interface Surroundings {
  readonly stacks: OpenStacks;
  engine: () => RenderingEngine;
  /** Another slice is shown, or another part of it. */
  onMoved: (pane: Pane) => void;
  /** A picture is shown for the first time. */
  onOpened: () => void;
  onWindow: (pane: Pane) => void;
  /** A picture came or is about to go, so that the mouse is to be bound anew. */
  onPictures: () => void;
}

const NO_EDGES = { left: '', right: '', top: '', bottom: '' };
/** Normals of planes that are not tilted. */
export const STRAIGHT: Record<Plane, Vector> = { sagittal: [1, 0, 0], axial: [0, 0, 1], coronal: [0, 1, 0] };
/** Below a degree a tilt is rounding. */
const STRAIGHT_COSINE = Math.cos(Math.PI / 180);
/** Over the length of a spine a tilt of a hundredth of a degree moves nothing by a tenth of a millimetre. */
const SAME_COSINE = Math.cos(Math.PI / 18_000);

export class Pane {
  /** Counted from 1. */
  readonly number: number;
  content = $state.raw<PaneContent | null>(null);
  stack = $state.raw<OpenStack | undefined>(undefined);
  index = $state(0);
  count = $state(0);
  edges = $state.raw(NO_EDGES);
  window = $state.raw({ center: 0, width: 1 });
  inverted = $state(false);
  slab = $state.raw<Slab>(ONE_SLICE);
  isOblique = $state(false);
  /** Why nothing of the stack can be shown. */
  failure = $state.raw<HostError | undefined>(undefined);
  /** Why the frame that is shown is blank. */
  frameFailure = $state.raw<HostError | undefined>(undefined);
  /** Changes whenever the picture may have moved on the screen, for what is drawn over it. */
  revision = $state(0);
  /** The picture on the screen; none while it is read or has no place. */
  picture = $state.raw<Picture | undefined>(undefined);
  /** The picture shows what it is to show, with the window and the camera of the pane. */
  isDrawn = $state(false);

  readonly #around: Surroundings;
  #element: HTMLDivElement | undefined;
  #turn = 0;
  #listening = new AbortController();
  /** How the picture lay when its place went. */
  #kept: { camera: Types.ICamera | undefined; rotation: number } | undefined;

  constructor(number: number, around: Surroundings) {
    this.number = number;
    this.#around = around;
  }

  get viewportId(): string {
    return `pane-${this.number}`;
  }

  get isPlane(): boolean {
    return this.content !== null && this.content.view !== 'stack';
  }

  /** Puts a stack or a plane of one into the pane; the frame in the middle first, all others behind it. */
  async show(content: PaneContent): Promise<void> {
    if (sameContent(this.content, content) && !this.failure && !this.stack?.failure) return;
    const turn = (this.#turn += 1);
    this.#undraw();
    this.content = content;
    this.failure = undefined;
    this.frameFailure = undefined;
    let opened: OpenStack | undefined;
    try {
      opened = await this.#around.stacks.take(content.stackId);
    } catch (reason) {
      if (turn === this.#turn) this.failure = asHostError(reason);
    }
    if (turn !== this.#turn) {
      if (opened) this.#around.stacks.give(content.stackId);
      return;
    }
    const before = this.stack;
    this.stack = opened;
    if (before) this.#around.stacks.give(before.geometry.id);
    this.#kept = undefined;
    this.slab = ONE_SLICE;
    this.inverted = false;
    this.count = 0;
    this.edges = NO_EDGES;
    if (!opened) return;
    opened.failure = undefined;
    if (before !== opened) this.window = openingWindow(opened.geometry);
    this.index = Math.floor(opened.geometry.images.length / 2);
    await this.#draw();
  }

  /** Leaves the pane empty. */
  clear(): void {
    this.#turn += 1;
    this.#undraw();
    if (this.stack) this.#around.stacks.give(this.stack.geometry.id);
    this.stack = undefined;
    this.content = null;
    this.failure = undefined;
    this.frameFailure = undefined;
    this.edges = NO_EDGES;
  }

  /** The pane has a place on the screen. */
  async attach(element: HTMLDivElement): Promise<void> {
    this.#element = element;
    await this.#draw();
  }

  /** The place is about to go; what was shown stays with the pane. */
  detach(): void {
    this.#undraw();
    this.#element = undefined;
  }

  /** Draws what is shown from its values again. */
  async redraw(): Promise<void> {
    this.#undraw();
    await this.#draw();
  }

  async #draw(): Promise<void> {
    const [element, stack, content, turn] = [this.#element, this.stack, this.content, this.#turn];
    if (!element || !stack || !content || this.picture) return;
    const isOver = (): boolean => turn !== this.#turn || this.#element !== element || stack.frames.closed;
    try {
      if (content.view !== 'stack') {
        await stack.readRest();
        if (isOver() || this.picture || stack.failure) return;
      }
      const picture = new Picture(this.#around.engine(), this.viewportId, element, content.view);
      this.picture = picture;
      if (content.view === 'stack') await picture.showStack(stack.imageIds, this.index);
      else await picture.showVolume(createVolume(stack.geometry, stack.frames));
      if (picture.isGone) return;
      this.#dress(picture);
      await painted();
      void stack.readRest().then(() => this.#refresh());
    } catch (reason) {
      if (!isOver()) this.failure = asHostError(reason);
    }
  }

  /** Gives a new picture the window, the turn and the slab of the pane. */
  #dress(picture: Picture): void {
    if (this.#kept?.camera) picture.camera = this.#kept.camera;
    else if (this.#kept && this.#kept.rotation !== 0) picture.rotate(this.#kept.rotation);
    picture.setWindow(this.window);
    if (this.inverted) picture.invert();
    picture.setSlab(this.slab);
    this.#listen(picture);
    this.#around.onPictures();
    this.#refresh();
    this.isDrawn = true;
    this.#around.onOpened();
  }

  #undraw(): void {
    this.#listening.abort();
    const { picture } = this;
    // While a component goes away, state that changes in the same turn still reads as before.
    if (!picture || picture.isGone) return;
    this.#kept = { camera: picture.isPlane ? picture.camera : undefined, rotation: picture.rotation };
    this.picture = undefined;
    this.isDrawn = false;
    this.#around.onPictures();
    picture.close();
  }

  #listen({ element }: Picture): void {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const { Events } = CoreEnums;
    const onMoved = (): void => {
      this.#refresh();
      this.#around.onMoved(this);
    };
    for (const event of [Events.STACK_NEW_IMAGE, Events.VOLUME_NEW_IMAGE, Events.CAMERA_MODIFIED]) element.addEventListener(event, onMoved, { signal });
    const onWindow = (event: Event): void => {
      const { range } = (event as CustomEvent<{ range?: { lower: number; upper: number } }>).detail;
      if (!range) return;
      this.window = windowOfRange(range.lower, range.upper);
      this.#around.onWindow(this);
    };
    element.addEventListener(Events.VOI_MODIFIED, onWindow, { signal });
  }

  /** Reads from the picture what is to be said of it. */
  #refresh(): void {
    const sight = this.picture?.sight;
    if (!this.picture || !sight || !this.stack) return;
    ({ index: this.index, count: this.count } = this.picture.slice);
    this.edges = this.stack.geometry.orientation ? edgesOf(cross(sight.up, sight.normal), scaled(sight.up, -1)) : NO_EDGES;
    const view = this.content?.view ?? 'stack';
    this.isOblique = view !== 'stack' && Math.abs(dot(STRAIGHT[view], sight.normal)) < STRAIGHT_COSINE;
    this.#tellFailure();
    this.revision += 1;
  }

  #tellFailure(): void {
    this.frameFailure = this.isPlane ? undefined : this.stack?.frames.failure(this.index);
    if (this.stack) this.stack.blankFrames = this.stack.frames.failures;
  }

  /** Reads the shown frame again after it could not be decoded; true if it could now. */
  async retryFrame(): Promise<boolean> {
    const { stack, index } = this;
    const imageId = stack?.imageIds[index];
    if (!stack || imageId === undefined) return false;
    try {
      const read = await stack.frames.retry(index);
      if (stack.frames.closed) return false;
      this.#tellFailure();
      if (!read) return false;
      // The blank picture and a volume that holds it are forgotten by the drawing machine.
      forgetPicture(imageId, stack.geometry.id);
      await this.redraw();
      return true;
    } catch (reason) {
      this.failure = asHostError(reason);
      return false;
    }
  }

  /** The slice that is shown, in the patient; `null` where its images do not say where they lie. */
  get plane(): SlicePlane | null {
    const { stack } = this;
    if (!stack?.geometry.orientation || stack.geometry.frame_of_reference_uid === '') return null;
    const frameOfReference = stack.geometry.frame_of_reference_uid;
    if (!this.isPlane) {
      const point = stack.middles[this.index];
      return point ? { frameOfReference, point, normal: normalOf(stack.geometry.orientation) } : null;
    }
    const sight = this.picture?.sight;
    return sight ? { frameOfReference, point: sight.focalPoint, normal: sight.normal } : null;
  }

  /** The outline of the slice in the patient: of the image, or of as much of a plane as the pane shows. */
  get outline(): Vector[] {
    const { picture, stack } = this;
    if (!picture || !stack) return [];
    if (!this.isPlane) return cornersOf(stack.geometry, this.index);
    const { clientWidth: width, clientHeight: height } = picture.element;
    const corners: [number, number][] = [[0, 0], [width, 0], [width, height], [0, height]];
    return corners.map((corner) => picture.canvasToWorld(corner));
  }

  /** Where a point of the patient is drawn, pixels of the screen from the pane's upper left corner. */
  worldToCanvas(point: Vector): [number, number] | null {
    return this.picture?.worldToCanvas(point) ?? null;
  }

  /** The point of the patient, mm, that is drawn at a place of the pane. */
  canvasToWorld(place: readonly [number, number]): Vector | null {
    return this.picture?.canvasToWorld(place) ?? null;
  }

  /** Shows the slice nearest to a point. Returns how far from the point it lies, mm. */
  goToPoint(point: Vector): number | null {
    const { plane, picture, stack } = this;
    if (!plane || !picture || !stack) return null;
    if (!this.isPlane) {
      const nearest = nearestSlice(stack.middles, plane.normal, point);
      if (nearest && nearest.index !== this.index) void picture.showImage(nearest.index);
      return nearest?.distance ?? null;
    }
    picture.moveTo(point);
    const reached = this.plane;
    return reached && Math.abs(dot(subtract(point, reached.point), reached.normal));
  }

  /** Of a plane: turns it into the plane with a normal of length 1 through a point. */
  lookAt(point: Vector, normal: Vector): void {
    const sight = this.picture?.sight;
    if (!this.isPlane || !sight) return;
    const wanted = dot(sight.normal, normal) < 0 ? scaled(normal, -1) : normal;
    const cosine = dot(sight.normal, wanted);
    if (cosine < SAME_COSINE) {
      const axis = cross(sight.normal, wanted);
      this.picture?.tilt(scaled(axis, 1 / length(axis)), sight.focalPoint, (Math.acos(cosine) * 180) / Math.PI);
    }
    this.goToPoint(point);
  }

  /** Shows an image by its number, counted from 0; of a plane, the slice. */
  goTo(index: number): void {
    const wanted = Math.max(0, Math.min(index, this.count - 1));
    if (this.isPlane) this.picture?.scroll(wanted - this.index);
    else void this.picture?.showImage(wanted);
  }

  setWindow(center: number, width: number): void {
    this.window = { center, width };
    this.picture?.setWindow(this.window);
    this.#around.onWindow(this);
  }

  /** Takes the window of another pane, without saying so to the others. */
  followWindow(window: { center: number; width: number }): void {
    if (Math.abs(this.window.center - window.center) < 0.5 && Math.abs(this.window.width - window.width) < 0.5) return;
    this.window = window;
    this.picture?.setWindow(window);
  }

  /** Exchanges black and white. */
  invert(): void {
    this.inverted = !this.inverted;
    this.picture?.invert();
  }

  rotate(): void {
    this.picture?.rotate(90);
    this.#refresh();
  }

  fit(): void {
    this.picture?.fit();
    this.#refresh();
  }

  setSlab(slab: Slab): void {
    this.slab = slab;
    this.picture?.setSlab(slab);
  }

  straighten(): void {
    if (!this.isPlane) return;
    this.picture?.straighten();
    this.picture?.setSlab(this.slab);
    this.#refresh();
  }
}
