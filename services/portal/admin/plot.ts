import { html, trusted, type Html, type Part } from '../html.ts';

export type Series = {
  readonly name: string;
  /** Of style/admin.css: colours for light and dark, and a dash, so that colour alone tells nothing. */
  readonly look: 'first' | 'second' | 'good' | 'bad';
  /** One a step; undefined where there is nothing to say. */
  readonly values: readonly (number | undefined)[];
};

export type Plot = {
  readonly id: string;
  readonly title: string;
  readonly kind: 'lines' | 'columns';
  readonly unit: string;
  readonly series: readonly Series[];
  /** When each step begins, for the reader. */
  readonly times: readonly string[];
};

const height = 100;
const stepWidth = 10;

/** The next round number above, for the top of the axis. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((factor) => value <= power * factor) ?? 10);
}

const point = (value: number) => String(Math.round(value * 100) / 100);

function lines({ series }: Plot, top: number): string {
  return series
    .map(({ look, values }) => {
      let drawing = false;
      const path = values.map((value, index) => {
        const command =
          value === undefined
            ? ''
            : `${drawing ? 'L' : 'M'}${index * stepWidth + stepWidth / 2} ${point(height - (value / top) * height)}`;
        drawing = value !== undefined;
        return command;
      });
      const dots = values.flatMap((value, index) => {
        const alone = value !== undefined && values[index - 1] === undefined && values[index + 1] === undefined;
        return alone ? [`M${index * stepWidth + 2} ${point(height - (value / top) * height)}h${stepWidth - 4}`] : [];
      });
      return `<path class="line ${look}" d="${[...path, ...dots].join('')}"/>`;
    })
    .join('');
}

function columns({ series, times }: Plot, top: number): string {
  return times
    .map((_, index) => {
      let below = 0;
      return series
        .map(({ look, values }) => {
          const size = ((values[index] ?? 0) / top) * height;
          below += size;
          return size === 0
            ? ''
            : `<rect class="column ${look}" x="${index * stepWidth + 1}" y="${point(height - below)}" width="${stepWidth - 2}" height="${point(size)}"/>`;
        })
        .join('');
    })
    .join('');
}

const sum = (values: readonly (number | undefined)[]) => values.reduce<number>((all, value) => all + (value ?? 0), 0);
const largest = (values: readonly (number | undefined)[]) => Math.max(0, ...values.map((value) => value ?? 0));

/** What the plot shows, in a sentence, for whoever cannot see it. */
const sentence = ({ series, unit }: Plot): string =>
  series.map(({ name, values }) => `${name}: at most ${largest(values)} ${unit}`).join('; ');

function table({ id, title, series, times, unit }: Plot): Html {
  const row = (time: string, index: number): Part => {
    const values = series.map(({ values: all }) => all[index]);
    if (values.every((value) => value === undefined || value === 0)) return false;
    return html`<tr><th scope="row" class="nowrap">${time}</th>${values.map((value) => html`<td>${value ?? '–'}</td>`)}</tr>`;
  };
  const rows = times.map(row).filter(Boolean);
  return html`<details><summary>As a table</summary>${
    rows.length > 0
      ? html`<div class="scroll" tabindex="0" role="region" aria-labelledby="plot-${id}"><table><caption>${title}, ${unit}; times without any are left out</caption><thead><tr><th scope="col">From (UTC)</th>${series.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`
      : html`<p class="muted">Nothing in this time.</p>`
  }</details>`;
}

/** A plot drawn by the server, its words beside it in the page, and the same as a table. */
export function drawPlot(plot: Plot): Html {
  const { id, title, kind, series, times, unit } = plot;
  const totals = times.map((_, index) => sum(series.map(({ values }) => values[index])));
  const top = roundUp(kind === 'columns' ? largest(totals) : Math.max(...series.map(({ values }) => largest(values))));
  const width = times.length * stepWidth;
  const drawn = kind === 'lines' ? lines(plot, top) : columns(plot, top);
  const grid = [0, 50, 100].map((y) => `<path class="grid" d="M0 ${y}H${width}"/>`).join('');
  const picture = trusted(
    `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true" focusable="false">${grid}${drawn}</svg>`,
  );
  return html`<figure class="panel plot"><h2 id="plot-${id}">${title}</h2>
<ul class="legend">${series.map(({ name, look }) => html`<li class="${look}">${name}</li>`)}</ul>
<div role="img" aria-label="${title}. ${sentence(plot)}." class="field-of"><p aria-hidden="true">${top} ${unit}</p>${picture}<p class="row apart" aria-hidden="true"><span>${times[0]}</span><span>${times.at(-1)} UTC</span></p></div>
${table(plot)}</figure>`;
}
