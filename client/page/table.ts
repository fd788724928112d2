import { html, type Html, type Part } from './html.ts';

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => Part;
  /** Figures stand to the right, so that digits stand below each other. */
  readonly figure?: boolean;
  /** Whether its texts stay on one line: short ones. */
  readonly whole?: boolean;
}

/** A table that a narrow screen shows row by row, each cell with its title; the first column names the row. */
export function table<Row>(caption: Part, rows: readonly Row[], columns: readonly Column<Row>[]): Html {
  // Where rows are shown one by one, style sheets take tables apart; the roles keep what they are.
  return html`<table role="table">
    <caption>
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map(head)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map(
        (row) =>
          html`<tr role="row">
            ${columns.map((column, i) => cell(column, row, i))}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function head<Row>(column: Column<Row>): Html {
  return html`<th role="columnheader" scope="col" ${kindOf(column)}>${column.title}</th>`;
}

function cell<Row>(column: Column<Row>, row: Row, index: number): Html {
  const value = column.of(row);
  const kind = kindOf(column);
  if (index === 0) return html`<th role="rowheader" scope="row" ${kind}>${value}</th>`;
  return html`<td role="cell" data-title="${column.title}" ${kind}>
    ${isEmpty(value) ? html`<span class="none">–</span>` : value}
  </td>`;
}

function kindOf<Row>({ figure, whole }: Column<Row>): Html | null {
  if (figure) return html` class="figure"`;
  return whole ? html` class="whole"` : null;
}

function isEmpty(value: Part): boolean {
  return value === null || value === false || value === '';
}
