// All panes together: which are shown, which is active, and what one does to the others.
import type { Host } from '../host/host.ts';
import type { Level } from '../host/types.ts';
import { MOST_PANES, PANES_OF, PLANES, type Arrangement, type Layout, type PaneContent, type Plane } from '../state/arrangement.ts';
import { bindPanes, crosshairStacks, setLeftButton, unbindPanes, type Bound, type LeftButton } from './bindings.ts';
import { RenderingEngine, forgetPicture, forgetStack, registerStack, startEngine } from './engine.ts';
import { Links } from './links.svelte.ts';
import type { Vector } from './orientation.ts';
import { Pane, type Surroundings } from './pane.svelte.ts';
import { BLENDS, SLAB_THICKNESSES, following, type Slab } from './slab.ts';
import { OpenStacks } from './stacks.svelte.ts';

const ENGINE = 'spineboard-engine';
const TILT_DEGREES = 5;
/** How long the other panes wait for the first picture, milliseconds. */
const FIRST_ALONE = 1000;

/** What has to be done before a stack is looked at; false if it may not be. */
export type Permit = (stackId: string) => Promise<boolean>;

/** One viewer's display. Call `release` before the elements go away. */
export class Display {
  readonly planesPossible: boolean;
  readonly panes: readonly Pane[];
  readonly links = new Links();
  readonly stacks: OpenStacks;
  layout = $state<Layout>('one');
  /** Numbers of the panes on the screen, in order. */
  visible = $state.raw<readonly number[]>([1]);
  activeNumber = $state(1);
  leftButton = $state<LeftButton>('window');
  /** The place in the patient that the reader pointed at, and its frame of reference. */
  pointed = $state.raw<{ point: Vector; frameOfReference: string } | null>(null);

  readonly #permit: Permit;
  #engine: RenderingEngine | undefined;
  #hangings = 0;
  #isBinding = false;
  #isResizing = false;
  /** What was shown before one pane was enlarged, or before the three planes. */
  #before: Arrangement | null = null;

  constructor(host: Host, permit: Permit) {
    this.planesPossible = startEngine();
    this.#permit = permit;
    this.stacks = new OpenStacks(host, { register: registerStack, forget: forgetStack, forgetPicture });
    const around: Surroundings = {
      stacks: this.stacks,
      engine: () => (this.#engine ??= new RenderingEngine(ENGINE)),
      onMoved: (pane) => pane === this.active && this.links.follow(pane, this.shown),
      onOpened: () => this.links.follow(this.active, this.shown),
      onWindow: (pane) => this.#shareWindow(pane),
      onPictures: () => this.#bindSoon(),
    };
    this.panes = Array.from({ length: MOST_PANES }, (_, index) => new Pane(index + 1, around));
  }

  get active(): Pane {
    return this.panes[this.activeNumber - 1] as Pane;
  }

  /** The panes on the screen. */
  get shown(): Pane[] {
    return this.visible.map((number) => this.panes[number - 1] as Pane);
  }

  get arrangement(): Arrangement {
    return { layout: this.layout, panes: this.panes.map(({ content }) => content), active: this.activeNumber - 1 };
  }

  /** Lays the panes out and fills them, the active one first. */
  async hang({ layout, panes, active }: Arrangement): Promise<void> {
    const turn = (this.#hangings += 1);
    this.activeNumber = active + 1;
    this.#lay(layout);
    for (const pane of this.panes) if (!panes[pane.number - 1]) pane.clear();
    const order = [...this.panes].sort((a, b) => Number(b === this.active) - Number(a === this.active));
    for (const pane of order) {
      const content = panes[pane.number - 1];
      const isPermitted = content && (await this.#permit(content.stackId));
      if (turn !== this.#hangings) return;
      if (!isPermitted) continue;
      const shown = pane.show(content);
      // Others read whole stacks, which would hold up the first picture.
      if (pane === this.active && content.view === 'stack') await Promise.race([shown, new Promise((begin) => setTimeout(begin, FIRST_ALONE))]);
      if (turn !== this.#hangings) return;
    }
  }

  /** Puts a stack or a plane into a pane and makes it the active one. */
  async put(number: number, content: PaneContent): Promise<void> {
    this.activate(number);
    if (!(await this.#permit(content.stackId))) return;
    await this.panes[number - 1]?.show(content);
  }

  /** Another layout; panes beyond it keep what they show until they are seen again. */
  arrange(layout: Layout): void {
    if (layout === 'planes') return this.showPlanes();
    if (this.layout === 'planes' && this.#before) void this.hang({ ...this.#before, layout });
    else this.#lay(layout);
    this.#before = null;
  }

  /** The active pane alone, and back. */
  enlarge(): void {
    if (this.layout !== 'one') {
      const before = this.arrangement;
      this.#lay('one');
      this.#before = before;
    } else if (this.#before && this.#before.layout !== 'one') {
      this.#lay(this.#before.layout);
      this.#before = null;
    }
  }

  /** Three planes of the active stack, and back. */
  showPlanes(): void {
    const { stack } = this.active;
    if (this.layout === 'planes') {
      const before = this.#before;
      this.#before = null;
      if (this.leftButton === 'crosshair') this.choose('window');
      if (before) void this.hang(before);
    } else if (stack?.isVolume && this.planesPossible) {
      void this.hangPlanes(stack.geometry.id, 'sagittal');
      this.choose('crosshair');
    }
  }

  /** Three planes of a stack, one of them active. */
  async hangPlanes(stackId: string, active: Plane): Promise<void> {
    if (this.layout !== 'planes') this.#before = this.arrangement;
    await this.hang({ layout: 'planes', panes: PLANES.map((view) => ({ stackId, view })), active: PLANES.indexOf(active) });
  }

  /** Why the three planes of the active stack cannot be shown: a word of the viewer, or none. */
  get planesMissing(): string | null {
    const { stack } = this.active;
    if (!stack) return null;
    if (stack.geometry.data_type === 'rgb8') return 'viewer.colour_stack_only';
    if (stack.geometry.volume === null) return 'viewer.not_a_volume';
    if (!this.planesPossible) return 'viewer.no_webgl';
    return stack.frames.isHeld ? null : 'viewer.too_large_for_planes';
  }

  #lay(layout: Layout): void {
    const wanted = PANES_OF[layout];
    const first = Array.from({ length: wanted }, (_, index) => index + 1);
    // The active pane is never lost from the screen.
    this.visible = first.includes(this.activeNumber) ? first : [...first.slice(0, -1), this.activeNumber];
    this.layout = layout;
  }

  activate(number: number): void {
    if (this.activeNumber === number) return;
    this.activeNumber = number;
    if (!this.visible.includes(number)) this.#lay(this.layout);
    // Only says anew what goes with what; nothing moves before the reader does.
    this.links.follow(this.active, this.shown, false);
  }

  /** The pane after or before the active one; where one alone is on the screen, the next that shows something. */
  step(by: 1 | -1): void {
    const numbers = this.visible.length > 1 ? this.visible : this.panes.filter(({ content }) => content).map(({ number }) => number);
    const at = numbers.indexOf(this.activeNumber);
    this.activate(numbers[(at + by + numbers.length) % numbers.length] ?? this.activeNumber);
  }

  toggleLinks(): void {
    this.links.isOn = !this.links.isOn;
    this.links.follow(this.active, this.shown);
  }

  anchor(): void {
    this.links.anchorAt(this.active);
    this.links.follow(this.active, this.shown);
  }

  forgetAnchors(): void {
    this.links.forgetAnchors();
    this.links.follow(this.active, this.shown);
  }

  /** The planes of the active pane's stack that are on the screen. */
  get planeGroup(): Pane[] {
    return this.active.isPlane ? this.shown.filter((pane) => pane.isPlane && pane.stack === this.active.stack) : [];
  }

  setSlab(slab: Slab): void {
    for (const pane of this.planeGroup) pane.setSlab(slab);
  }

  nextSlab(): void {
    const { slab } = this.active;
    this.setSlab({ ...slab, thickness: following(SLAB_THICKNESSES, slab.thickness) });
  }

  nextBlend(): void {
    const { slab } = this.active;
    this.setSlab({ ...slab, blend: following(BLENDS, slab.blend) });
  }

  /** Turns the other planes about the line of sight of the active one, as its crosshair does. */
  tilt(by: 1 | -1): void {
    const sight = this.active.picture?.sight;
    if (!sight) return;
    for (const pane of this.planeGroup) if (pane !== this.active) pane.picture?.tilt(sight.normal, sight.focalPoint, by * TILT_DEGREES);
  }

  straighten(): void {
    for (const pane of this.planeGroup) pane.straighten();
  }

  choose(mode: LeftButton): void {
    this.leftButton = mode;
    this.pointed = null;
    setLeftButton(mode);
  }

  /** Takes the other panes of the frame of reference to a place that the reader points at. */
  pointAt(pane: Pane, place: readonly [number, number]): void {
    const [point, plane] = [pane.canvasToWorld(place), pane.plane];
    if (!point || !plane) return;
    this.pointed = { point, frameOfReference: plane.frameOfReference };
    for (const other of this.shown) {
      if (other === pane || this.sharesCrosshair(pane, other)) continue;
      if (other.plane?.frameOfReference === plane.frameOfReference) other.goToPoint(point);
    }
  }

  /** Takes the panes to the label of a vertebra in their frame of reference; false while no pane has one. */
  goToLevel(level: Level): boolean {
    const places = this.shown.flatMap((pane) => {
      const frameOfReference = pane.stack?.geometry.frame_of_reference_uid ?? '';
      const labels = this.links.labelled.find((one) => one.frame_of_reference_uid === frameOfReference)?.labels;
      const point = labels?.find((label) => label.level === level)?.point;
      return point && pane.picture && pane.count > 0 ? [{ pane, point, frameOfReference }] : [];
    });
    for (const { pane, point } of places) pane.goToPoint(point);
    const marked = places.find(({ pane }) => pane === this.active) ?? places[0];
    if (marked) this.pointed = { point: marked.point, frameOfReference: marked.frameOfReference };
    return places.length > 0;
  }

  /** The drawing machine draws the crosshair of these two itself. */
  sharesCrosshair(one: Pane, other: Pane): boolean {
    return one.isPlane && other.isPlane && one.stack === other.stack && crosshairStacks(this.#bound).includes(one.content?.stackId ?? '');
  }

  /** Reads the shown frame of a pane again; the planes that hold it are drawn anew. */
  async retryFrame(pane: Pane): Promise<void> {
    if (!(await pane.retryFrame())) return;
    await Promise.all(this.shown.filter((other) => other !== pane && other.stack === pane.stack).map((other) => other.redraw()));
  }

  /** The planes of one volume always share one window. */
  #shareWindow(pane: Pane): void {
    if (!pane.isPlane) return;
    for (const other of this.shown) if (other !== pane && other.isPlane && other.stack === pane.stack) other.followWindow(pane.window);
  }

  get #bound(): Bound[] {
    return this.shown.flatMap(({ picture, viewportId, content }) => (picture && content ? [{ viewportId, ...content }] : []));
  }

  /** The mouse is bound once for all pictures that come and go together. */
  #bindSoon(): void {
    unbindPanes();
    if (this.#isBinding) return;
    this.#isBinding = true;
    queueMicrotask(() => {
      this.#isBinding = false;
      if (this.#engine) bindPanes(ENGINE, this.#bound, this.leftButton);
    });
  }

  /** Takes the new size of the panes; pictures that filled theirs fill it again. */
  resize(): void {
    if (this.#isResizing) return;
    this.#isResizing = true;
    requestAnimationFrame(() => {
      this.#isResizing = false;
      const fitted = this.shown.filter(({ picture }) => picture?.isFitted);
      this.#engine?.resize(true, true);
      for (const pane of fitted) pane.fit();
    });
  }

  release(): void {
    for (const pane of this.panes) pane.clear();
    unbindPanes();
    this.#engine?.destroy();
    this.#engine = undefined;
  }
}
