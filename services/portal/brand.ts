/** How a tenant appears on our pages. */
export type Brand = {
  readonly name: string;
  /** A data: or https: URL of an image. */
  readonly logo?: string;
  /** `#rrggbb`. */
  readonly colour?: string;
  /** Where people go who can use none of their methods; https or mailto. */
  readonly supportUrl?: string;
};

type Rgb = readonly [number, number, number];

/** Contrast of text (WCAG 2.2, 1.4.3); we keep a little more. */
const contrastMin = 4.6;
/** The grounds of style/base.css: a card in the light and in the dark. */
const lightGround: Rgb = [255, 255, 255];
const darkGround: Rgb = [27, 29, 34];
const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];

const rgbOf = (colour: string): Rgb => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as unknown as Rgb;
const hexOf = (rgb: Rgb): string => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

/** Relative luminance (WCAG 2.2, definitions). */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of two colours, 1 to 21. */
function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The nearest mixture with `towards` that can be read on the ground. */
function readableOn(colour: Rgb, ground: Rgb, towards: Rgb): Rgb {
  for (let step = 0; step < 20; step += 1) {
    const mixed = colour.map((part, at) => part + ((towards[at] as number) - part) * (step / 20)) as unknown as Rgb;
    if (contrast(mixed, ground) >= contrastMin) return mixed;
  }
  return towards;
}

/** A colour and what is written on it. */
type Palette = {
  readonly accent: string;
  readonly onAccent: string;
  /** Of the accent on its ground, 1 to 21. */ readonly contrast: number;
};

function paletteFor(accent: Rgb, ground: Rgb): Palette {
  const onAccent = contrast(accent, white) >= contrastMin ? white : black;
  return { accent: hexOf(accent), onAccent: hexOf(onAccent), contrast: contrast(accent, ground) };
}

export const ownColour = '#2f5bd3';

export const isColour = (colour: string): boolean => /^#[0-9a-f]{6}$/i.test(colour);

/** The tenant's colour for light and dark pages, moved only as far as reading demands. */
export function palettesOf(colour: string = ownColour): { readonly light: Palette; readonly dark: Palette } {
  const rgb = rgbOf(isColour(colour) ? colour : ownColour);
  return {
    light: paletteFor(readableOn(rgb, lightGround, black), lightGround),
    dark: paletteFor(readableOn(rgb, darkGround, white), darkGround),
  };
}

/** The same as style variables. */
export function accentStyle(colour?: string): string {
  const { light, dark } = palettesOf(colour);
  const variables = ({ accent, onAccent }: Palette) => `:root{--accent:${accent};--on-accent:${onAccent}}`;
  return `${variables(light)}@media(prefers-color-scheme:dark){${variables(dark)}}`;
}
