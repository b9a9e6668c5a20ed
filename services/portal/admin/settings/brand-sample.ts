import { isColour, palettesOf } from '../../brand.ts';
import { html, trusted, type Html } from '../../html.ts';

const cards = [
  { look: 'light', words: 'In the light', ground: '#ffffff', text: '#16181d' },
  { look: 'dark', words: 'In the dark', ground: '#1b1d22', text: '#eceef2' },
] as const;

/** Widths of text are the browser's to know: enough for the name in any script, then cut by the picture's edge. */
const nameMax = 28;

/** A small card of our pages in the tenant's colour, for light and dark, with the contrast that comes of it. */
export function brandSample({ colour, name }: { readonly colour: string; readonly name: string }): Html {
  if (colour !== '' && !isColour(colour)) {
    return html`<p class="fault">A colour is written such as #2f5bd3.</p>`;
  }
  const palettes = palettesOf(colour === '' ? undefined : colour);
  const sample = ({ look, words, ground, text }: (typeof cards)[number]): Html => {
    const { accent, onAccent, contrast } = palettes[look];
    const moved = colour !== '' && accent !== colour.toLowerCase();
    // Colours are ours or checked above; only the name is the tenant's, and it is escaped.
    return html`<figure>${trusted(`<svg viewBox="0 0 220 104" role="img" aria-label="${words}"><rect x="0.5" y="0.5" width="219" height="103" rx="8" fill="${ground}" stroke="#868e9c"/><g font-size="13" text-anchor="middle">`)}<text x="110" y="28" font-weight="650" fill="${text}">${name.slice(0, nameMax) || 'Your name'}</text>${trusted(`<rect x="20" y="42" width="180" height="30" rx="6" fill="${accent}"/><text x="110" y="62" fill="${onAccent}">Continue</text><text x="110" y="92" font-size="12" fill="${accent}" text-decoration="underline">Another way</text></g></svg>`)}<figcaption class="hint">${words}: contrast ${contrast.toFixed(1)} to 1${moved && html`, as ${accent}, since your colour could not be read`}.</figcaption></figure>`;
  };
  return html`<div class="samples">${cards.map(sample)}</div>`;
}
