// The picture of a pane as it stands, for the shared screen: pixels, marks and what is said of them. Who the patient is
// stands in other words of the pane, which are not taken.
import type { SharedPicture } from '../host/host.ts';
import { newestOnly } from '../state/newest.ts';
import { addressOf } from '../state/shared.svelte.ts';
import { CoreEnums } from './engine.ts';
import { painted } from '../state/painted.ts';
import type { Pane } from './pane.svelte.ts';
import type { Picture } from './picture.ts';

export type PanePicture = Omit<SharedPicture, 'id'>;

/** No projector shows more; a larger one would only take longer. */
const LONGEST_SIDE = 1600;
/** Ten pictures a second are enough to follow, milliseconds. */
const PAUSE = 100;

/** Hands over the picture of a pane now and whenever it changes, the newest first. Returns how to stop. */
export function followPane(pane: Pane, picture: Picture, take: (taken: PanePicture) => Promise<void>): () => void {
  const element = picture.element.closest<HTMLElement>('[data-pane]');
  if (!element) return () => undefined;
  const following = new AbortController();
  const { signal } = following;
  const again = newestOnly(async () => {
    await painted();
    if (signal.aborted) return;
    const taken = await takePicture(pane, picture, element);
    signal.throwIfAborted();
    await take(taken);
  }, PAUSE);
  const { IMAGE_RENDERED } = CoreEnums.Events;
  picture.element.addEventListener(IMAGE_RENDERED, again, { signal });
  const words = new MutationObserver(again);
  words.observe(element, { subtree: true, childList: true, characterData: true, attributes: true });
  again();
  return () => {
    following.abort();
    words.disconnect();
  };
}

async function takePicture(pane: Pane, picture: Picture, element: HTMLElement): Promise<PanePicture> {
  const lines = [...element.querySelectorAll('[data-told] span:not(.linked)')].map((line) => line.textContent.trim()).filter((line) => line !== '');
  const { edges } = pane;
  if (pane.frameFailure || picture.isGone) return { url: '', lines, edges: null };
  const { canvas: source } = picture;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(source.width, source.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(source.width * scale);
  canvas.height = Math.round(source.height * scale);
  const context = canvas.getContext('2d');
  if (!context) return { url: '', lines, edges: null };
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  for (const layer of element.querySelectorAll<SVGSVGElement>('svg[data-drawn]')) {
    context.setTransform(canvas.width / layer.clientWidth, 0, 0, canvas.height / layer.clientHeight, 0, 0);
    for (const shape of layer.querySelectorAll<SVGElement>('path, line, circle:not(.handle), text')) draw(context, shape);
  }
  const png = await new Promise<Blob | null>((give) => canvas.toBlob(give, 'image/png'));
  return { url: png ? await addressOf(png) : '', lines, edges };
}

/** Draws a shape of a layer as the style sheet has it. */
function draw(context: CanvasRenderingContext2D, shape: SVGElement): void {
  const style = getComputedStyle(shape);
  const at = (name: string): number => Number(shape.getAttribute(name) ?? 0);
  context.fillStyle = style.fill === 'none' ? 'transparent' : style.fill;
  context.strokeStyle = style.stroke === 'none' ? 'transparent' : style.stroke;
  context.globalAlpha = Number(style.strokeOpacity);
  context.lineWidth = parseFloat(style.strokeWidth);
  context.setLineDash(style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(/[\s,]+/).map(parseFloat));
  context.lineJoin = 'round';
  if (shape instanceof SVGTextElement) {
    const down = parseFloat(shape.getAttribute('dy') ?? '0') * parseFloat(style.fontSize);
    context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    context.strokeText(shape.textContent, at('x'), at('y') + down);
    context.fillText(shape.textContent, at('x'), at('y') + down);
    return;
  }
  const path = new Path2D(shape.getAttribute('d') ?? '');
  if (shape instanceof SVGLineElement) {
    path.moveTo(at('x1'), at('y1'));
    path.lineTo(at('x2'), at('y2'));
  }
  if (shape instanceof SVGCircleElement) path.arc(at('cx'), at('cy'), at('r'), 0, 2 * Math.PI);
  context.fill(path);
  context.stroke(path);
}
