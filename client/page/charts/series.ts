import { html, type Html } from '../html.ts';
import { versionName } from '../../../domain/ids.ts';

/** How a version is drawn in every chart of a page. */
export interface Series {
  readonly version: string;
  readonly color: string;
  /** Of lines; told apart without colours too. */
  readonly dash: string | null;
}

const DASHES = ['5 3', '1.5 3', '8 3 1.5 3'];

/** The version that serves has the page's colour, the others that of text, each with a line of its own. */
export function seriesOf(versions: readonly string[], serving: string | null): Series[] {
  const others = [...new Set(versions)].filter((version) => version !== serving);
  return [
    ...(serving !== null && versions.includes(serving) ? [{ version: serving, color: ACCENT, dash: null }] : []),
    ...others.map((version, i) => ({ version, color: 'currentColor', dash: DASHES[i % DASHES.length] ?? null })),
  ];
}

export const ACCENT = 'var(--accent)';
export const BAD = 'var(--bad)';

/** Which line is which version. */
export function legend(series: readonly Series[]): Html {
  return html`<ul class="legend">
    ${series.map(
      ({ version, color, dash }) =>
        html`<li>
          <svg width="26" height="8" aria-hidden="true">
            <line
              x1="0"
              x2="26"
              y1="4"
              y2="4"
              stroke="${color}"
              stroke-width="2"
              ${dash === null ? null : html` stroke-dasharray="${dash}"`}
            />
          </svg>
          ${versionName(version)}
        </li>`,
    )}
  </ul>`;
}
