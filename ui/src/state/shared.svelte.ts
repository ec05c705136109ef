// What the presenter does with the shared screen: which part and page of it, and which picture.
import type { SharedPages, SharedPart, SharedPicture } from '../host/host.ts';
import type { CaseView, KeyImage } from '../host/types.ts';
import { number } from './format.ts';
import { lettered, measuredText } from './marks.ts';
import type { Session } from './session.svelte.ts';
import { t } from './words.svelte.ts';

export class Shared {
  part = $state<SharedPart>('overview');
  page = $state(0);
  /** The pages that the shared screen has made of the part. */
  private told = $state.raw<SharedPages | null>(null);
  /** The picture of the active pane, as it was shown last. */
  private live = $state.raw<SharedPicture | null>(null);
  /** The presenter shows the picture of the active pane. */
  follows = $state(false);
  /** The images have such a picture, and it is the patient's. */
  isOffered = $state(false);

  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /** Ids of what can be seen in the part of the images. */
  pictures = $derived.by((): string[] => {
    const { view } = this.session;
    if (!view) return [];
    const kept = view.case.key_images.map(({ id }) => idOf(view, id));
    return this.live?.id === liveId(view) ? [this.live.id, ...kept] : kept;
  });

  /** The picture that is to be on the shared screen. */
  wanted = $derived(this.part === 'images' ? (this.pictures[Math.min(this.page, this.pictures.length - 1)] ?? null) : null);

  /** The picture of the pane is on the shared screen, and to be kept up. */
  isLive = $derived(this.follows && this.isOffered && this.part === 'images' && (this.live === null || this.wanted === this.live.id));

  pages = $derived(this.told?.part === this.part ? this.told : { part: this.part, page: 0, count: 1 });

  /** Another part, from its beginning. */
  show(part: SharedPart): void {
    this.part = part;
    this.page = 0;
  }

  turn(by: 1 | -1): void {
    const { page, count } = this.pages;
    this.page = Math.max(0, Math.min(page + by, count - 1));
  }

  hear(pages: SharedPages): void {
    this.told = pages;
  }

  /** Shows the picture of the active pane and keeps it up, or takes it away. */
  follow(on: boolean): void {
    this.follows = on;
    this.live = null;
    if (on) this.show('images');
  }

  /** Another case, or none, is shown from the beginning of its part. */
  forget(): void {
    this.follows = false;
    this.live = null;
    this.page = 0;
  }

  /** Takes the picture of the active pane as it stands; resolves once it is on its way. */
  async take(picture: Omit<SharedPicture, 'id'>): Promise<void> {
    const { view } = this.session;
    if (!view || !this.follows) return;
    const live = { ...picture, id: liveId(view) };
    this.live = live;
    if (this.wanted === live.id) await this.session.host.presentPicture(live);
  }

  /** What belongs to an id of `pictures`. */
  async picture(id: string, view: CaseView, masked: boolean): Promise<SharedPicture | null> {
    if (this.live?.id === id) return this.live;
    const image = view.case.key_images.find((one) => idOf(view, one.id) === id);
    if (!image) return null;
    try {
      const url = await addressOf(new Blob([await this.session.host.keyImagePng(view.case.id, image.id)], { type: 'image/png' }));
      return { id, url, lines: linesOf(view, image, masked), edges: null };
    } catch {
      return { id, url: '', lines: [t('screen.report.key_image_failed')], edges: null };
    }
  }
}

/** What is said of a key image. A note is free text, in which a name may stand. */
function linesOf(view: CaseView, image: KeyImage, masked: boolean): string[] {
  const marks = lettered(view.case.marks, image).map(({ letter, mark }) => `${letter}: ${mark.measured.map(measuredText).join(', ')}`);
  const window = t('screen.report.window', { center: number(image.window_center), width: number(image.window_width) });
  const lines = [image.level === null ? image.caption : `${image.level} · ${image.caption}`, masked ? '' : image.note, ...marks, window];
  return lines.filter((line) => line !== '');
}

/** Pictures of one case are never taken for those of another. */
const idOf = (view: CaseView, id: string): string => `${view.case.id}/${id}`;
const liveId = (view: CaseView): string => idOf(view, 'live');

/** A picture as an address that holds it. */
export function addressOf(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(blob);
  });
}
