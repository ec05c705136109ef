// What is drawn, in numbers: contrast as WCAG 2.2 defines it, and what of a colour is left for eyes that see fewer of them.
import type { Page } from '@playwright/test';

/** Red, green and blue from 0 to 255. */
export type Colour = [number, number, number];

export type Vision = 'usual' | 'protanopia' | 'deuteranopia' | 'tritanopia';

/** Severity 1.0, applied to linear RGB: Machado, Oliveira, Fernandes. IEEE Trans Vis Comput Graph 2009, doi 10.1109/TVCG.2009.113. */
export const VISION: Record<Vision, number[][]> = {
  usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** Relative luminance of WCAG 2.2, as seen with a kind of vision. */
function luminance(colour: Colour, vision: Vision): number {
  const channels = colour.map(linear);
  const [red, green, blue] = VISION[vision].map((row) => Math.min(Math.max(row.reduce((sum, weight, place) => sum + weight * (channels[place] ?? 0), 0), 0), 1)) as Colour;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 to 21. */
export function contrast(one: Colour, other: Colour, vision: Vision = 'usual'): number {
  const [low, high] = [luminance(one, vision), luminance(other, vision)].toSorted((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** A drawn thing, by its selector and the property that gives it its colour. */
export interface Mark {
  selector: string;
  property: 'fill' | 'stroke' | 'color' | 'background-color' | 'border-left-color' | 'border-top-color';
}

export interface Drawn {
  colour: Colour;
  /** Of the page behind it. */
  ground: Colour;
  /** What tells it apart without its colour. */
  signs: { dashes: string; isFilled: boolean; width: number; form: string };
}

/** What of a mark stands on the page now. */
export async function drawn(page: Page, { selector, property }: Mark): Promise<Drawn> {
  return page.locator(selector).first().evaluate((element, name) => {
    const parts = (text: string): number[] => (/^(rgb|rgba)\((.*)\)$/.exec(text)?.[2] ?? '').split(/[,/ ]+/).map(Number);
    const over = (text: string, ground: Colour, opacity = 1): Colour => {
      const [red = NaN, green = NaN, blue = NaN, alpha = 1] = parts(text);
      return [red, green, blue].map((channel, place) => channel * alpha * opacity + (ground[place] ?? 0) * (1 - alpha * opacity)) as Colour;
    };
    const ancestors: Element[] = [];
    for (let one = element.parentElement; one; one = one.parentElement) ancestors.unshift(one);
    const ground = ancestors.reduce<Colour>((behind, one) => over(getComputedStyle(one).backgroundColor, behind), [255, 255, 255]);
    const style = getComputedStyle(element);
    const opacity = Number(style.opacity) * Number(name === 'fill' ? style.fillOpacity : name === 'stroke' ? style.strokeOpacity : 1);
    return {
      colour: over(style.getPropertyValue(name), ground, opacity),
      ground,
      signs: {
        dashes: `${style.strokeDasharray} ${style.borderTopStyle}`,
        isFilled: !['none', 'rgba(0, 0, 0, 0)'].includes(element instanceof SVGElement ? style.fill : style.backgroundColor),
        width: parseFloat(element instanceof SVGElement ? style.strokeWidth : style.width),
        form: `${element.tagName} ${style.borderTopLeftRadius}`,
      },
    };
  }, property);
}

/** By which sign two marks are told apart without colour; none if by none. A line counts as thicker from half as much again. */
export function secondSign({ signs: one }: Drawn, { signs: other }: Drawn): string | null {
  if (one.dashes !== other.dashes) return 'dashes';
  if (one.isFilled !== other.isFilled) return 'filled or hollow';
  if (Math.max(one.width, other.width) >= 1.5 * Math.min(one.width, other.width)) return 'width';
  return one.form === other.form ? null : 'form';
}
