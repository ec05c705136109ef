// What the panes show: one stack, or the three planes of its volume. Holds the drawing engine's
// life cycle, so that the component only lays out.
import { CoreEnums, RenderingEngine, applyWindow, bindTools, createVolume, forgetPicture, forgetStack, registerStack, setLeftButton, startEngine, type LeftButton } from './engine.ts';
import { setVolumesForViewports, cache, type Types } from '@cornerstonejs/core';
import { asHostError, type Host } from '../host/host.ts';
import type { HostError, StackGeometry } from '../host/types.ts';
import { StackFrames } from './frames.ts';
import { cross, edgesOf, type Vector } from './orientation.ts';
import { openingWindow, windowOfRange } from './presets.ts';

export type Layout = 'stack' | 'planes';

export interface PaneState {
  index: number;
  count: number;
  edges: { left: string; right: string; top: string; bottom: string };
}

const EMPTY_PANE: PaneState = { index: 0, count: 0, edges: { left: '', right: '', top: '', bottom: '' } };
const ENGINE = 'spineboard-engine';
const GROUP = 'spineboard-tools';
export const PLANES = ['sagittal', 'axial', 'coronal'] as const;

/** One viewer's display. Call `close` before the elements go away. */
export class Display {
  readonly planesPossible: boolean;
  panes = $state<Record<string, PaneState>>({});
  window = $state({ center: 0, width: 1 });
  read = $state({ done: 0, total: 0 });
  /** Why nothing of the stack can be shown. */
  failure = $state.raw<HostError | undefined>(undefined);
  /** Why the frame that the stack pane shows is blank. */
  frameFailure = $state.raw<HostError | undefined>(undefined);
  /** How many frames read so far could not be decoded. */
  blankFrames = $state(0);
  geometry = $state.raw<StackGeometry | undefined>(undefined);

  /** Small enough to be in memory as a whole, as three planes need it. */
  isHeld = $state(true);

  readonly #host: Host;
  #engine: RenderingEngine | undefined;
  #frames: StackFrames | undefined;
  #imageIds: string[] = [];
  #viewports: string[] = [];
  #reading: Promise<void> | undefined;
  #leftButton: LeftButton = 'window';
  #listening = new AbortController();

  constructor(host: Host) {
    this.#host = host;
    this.planesPossible = startEngine();
  }

  /** Opens a stack: the frame in the middle first, all others behind it. */
  async open(stackId: string): Promise<void> {
    this.release();
    this.failure = undefined;
    const geometry = await this.#host.stackGeometry(stackId);
    this.geometry = geometry;
    this.window = openingWindow(geometry);
    this.#frames = new StackFrames(this.#host, geometry);
    const imageIds = registerStack(geometry, this.#frames);
    this.#imageIds = imageIds;
    this.#frames.onDropped = (index) => forgetPicture(imageIds[index] ?? '', geometry.id);
    this.isHeld = this.#frames.isHeld;
    this.read = { done: 0, total: geometry.images.length };
    this.frameFailure = undefined;
    this.blankFrames = 0;
  }

  /** Shows the open stack in the given elements: one for a stack, three for the planes. */
  async show(layout: Layout, elements: Record<string, HTMLDivElement>): Promise<void> {
    const geometry = this.geometry;
    const frames = this.#frames;
    if (!geometry || !frames) return;
    this.#listening.abort();
    this.#listening = new AbortController();
    this.#engine?.destroy();
    const engine = new RenderingEngine(ENGINE);
    this.#engine = engine;
    this.#viewports = Object.keys(elements);
    this.panes = Object.fromEntries(this.#viewports.map((id) => [id, EMPTY_PANE]));
    engine.setViewports(
      this.#viewports.map((viewportId) => ({
        viewportId,
        element: elements[viewportId] as HTMLDivElement,
        type: layout === 'stack' ? CoreEnums.ViewportType.STACK : CoreEnums.ViewportType.ORTHOGRAPHIC,
        defaultOptions: {
          background: [0, 0, 0],
          ...(layout === 'planes' ? { orientation: viewportId as never } : {}),
        },
      })),
    );
    if (layout === 'stack') {
      const viewport = engine.getViewport('stack') as Types.IStackViewport;
      await viewport.setStack(this.#imageIds, Math.floor(this.#imageIds.length / 2));
      applyWindow(engine, this.#viewports, this.window.center, this.window.width);
      void this.#readRest(frames);
    } else {
      await this.#readRest(frames);
      if (frames.closed || this.#engine !== engine) return;
      const volumeId = createVolume(geometry, frames);
      await setVolumesForViewports(engine, [{ volumeId }], this.#viewports);
      applyWindow(engine, this.#viewports, this.window.center, this.window.width);
    }
    bindTools(GROUP, ENGINE, this.#viewports, layout === 'planes');
    this.setLeftButton(layout === 'planes' ? 'crosshair' : 'window');
    engine.render();
    for (const [id, element] of Object.entries(elements)) {
      this.#listen(id, element);
      this.#refresh(id);
    }
  }

  #readRest(frames: StackFrames): Promise<void> {
    if (!frames.isHeld) {
      this.read = { done: 0, total: 0 };
      return Promise.resolve();
    }
    this.#reading ??= frames
      .readAll((done, total) => {
        this.read = { done, total };
        this.blankFrames = frames.failures;
      })
      .catch((reason: unknown) => {
        this.failure = asHostError(reason);
      });
    return this.#reading;
  }

  #listen(id: string, element: HTMLDivElement): void {
    const { Events } = CoreEnums;
    const { signal } = this.#listening;
    const refresh = (): void => this.#refresh(id);
    for (const event of [Events.STACK_NEW_IMAGE, Events.VOLUME_NEW_IMAGE, Events.CAMERA_MODIFIED]) {
      element.addEventListener(event, refresh, { signal });
    }
    element.addEventListener(Events.VOI_MODIFIED, (event) => {
      const { range } = (event as CustomEvent<{ range?: { lower: number; upper: number } }>).detail;
      if (!range) return;
      this.window = windowOfRange(range.lower, range.upper);
      for (const other of this.#viewports) if (other !== id) this.#follow(other);
    }, { signal });
  }

  /** Three planes of one volume always share one window. */
  #follow(id: string): void {
    const viewport = this.#engine?.getViewport(id) as Types.IVolumeViewport | undefined;
    const shown = viewport?.getProperties()?.voiRange;
    const wanted = { lower: this.window.center - this.window.width / 2, upper: this.window.center + this.window.width / 2 };
    if (!viewport || (shown && Math.abs(shown.lower - wanted.lower) < 0.5 && Math.abs(shown.upper - wanted.upper) < 0.5)) return;
    viewport.setProperties({ voiRange: wanted }, undefined, true);
    viewport.render();
  }

  #refresh(id: string): void {
    const viewport = this.#engine?.getViewport(id) as Types.IStackViewport | Types.IVolumeViewport | undefined;
    if (!viewport) return;
    const camera = viewport.getCamera();
    const up = camera.viewUp as Vector | undefined;
    const normal = camera.viewPlaneNormal as Vector | undefined;
    if (!up || !normal) return;
    const right = cross(up, normal);
    const down: Vector = [-up[0], -up[1], -up[2]];
    this.panes[id] = {
      index: viewport.getSliceIndex() ?? 0,
      count: viewport.getNumberOfSlices() ?? 0,
      edges: this.geometry?.orientation ? edgesOf(right, down) : EMPTY_PANE.edges,
    };
    if (id === 'stack') this.#tellFailure();
  }

  #tellFailure(): void {
    this.frameFailure = this.#frames?.failure(this.frameShown('stack'));
    this.blankFrames = this.#frames?.failures ?? 0;
  }

  /** Reads the shown frame again after it could not be decoded. */
  async retryFrame(): Promise<void> {
    const frames = this.#frames;
    const index = this.frameShown('stack');
    const imageId = this.#imageIds[index];
    if (!frames || imageId === undefined) return;
    try {
      const read = await frames.retry(index);
      if (frames.closed) return;
      this.#tellFailure();
      if (!read || !this.geometry) return;
      // The blank picture and a volume that holds it are forgotten by the drawing machine.
      forgetPicture(imageId, this.geometry.id);
      const viewport = this.#engine?.getViewport('stack') as Types.IStackViewport | undefined;
      await viewport?.setStack(this.#imageIds, this.frameShown('stack'));
      this.setWindow(this.window.center, this.window.width);
    } catch (reason) {
      this.failure = asHostError(reason);
    }
  }

  setWindow(center: number, width: number): void {
    this.window = { center, width };
    if (this.#engine) applyWindow(this.#engine, this.#viewports, center, width);
  }

  setLeftButton(mode: LeftButton): void {
    this.#leftButton = mode;
    setLeftButton(GROUP, mode);
  }

  get leftButton(): LeftButton {
    return this.#leftButton;
  }

  scroll(id: string, delta: number): void {
    const viewport = this.#engine?.getViewport(id) as Types.IStackViewport | undefined;
    viewport?.scroll(delta);
  }

  /** Shows a frame of the stack by its number, counted from 0. */
  async goTo(index: number): Promise<void> {
    const viewport = this.#engine?.getViewport('stack') as Types.IStackViewport | undefined;
    await viewport?.setImageIdIndex(index);
    viewport?.render();
  }

  fit(): void {
    for (const id of this.#viewports) {
      const viewport = this.#engine?.getViewport(id) as Types.IStackViewport | undefined;
      viewport?.resetCamera();
      viewport?.render();
    }
  }

  resize(): void {
    this.#engine?.resize(true, true);
  }

  /** The frame of the stack that the pane shows, for a key image. */
  frameShown(id: string): number {
    return this.panes[id]?.index ?? 0;
  }

  release(): void {
    this.#listening.abort();
    this.#engine?.destroy();
    this.#engine = undefined;
    this.#reading = undefined;
    if (this.geometry) forgetStack(this.geometry.id);
    cache.purgeCache();
    this.geometry = undefined;
    this.#frames = undefined;
  }
}
