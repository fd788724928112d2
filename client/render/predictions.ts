import { columns, fit } from './columns.ts';
import { formatMilliseconds } from './numbers.ts';
import { paint } from '../terminal.ts';
import { versionName } from '../../domain/ids.ts';
import type { LoggedPrediction } from '../predictions/read.ts';

const HEADER = ['time', 'request', 'version', 'status', 'took', 'prediction', 'mirrored', 'label', 'input'];

/** Longest value in a cell; the other formats have all of it. */
const WIDEST = 30;

export function renderPredictions(predictions: readonly LoggedPrediction[], width: number): string {
  if (predictions.length === 0) return 'none\n';
  const rows = predictions.map((each) => [
    new Date(each.at).toLocaleString('sv-SE'),
    each.row === 0 ? each.requestId : `${each.requestId} row ${each.row}`,
    versionOf(each),
    each.status >= 200 && each.status < 300 ? String(each.status) : paint.bad(String(each.status)),
    formatMilliseconds(each.latencyMs),
    short(each.prediction),
    Object.entries(each.mirrored ?? {})
      .map(([arm, prediction]) => `${versionName(arm)}: ${short(prediction)}`)
      .join(' '),
    short(each.label),
    short(each.input),
  ]);
  const header = HEADER.map((title) => paint.dim(title));
  const lines = columns([header, ...rows]).map((line) => fit(line, width));
  return `${lines.join('\n')}\n`;
}

/** Who answered, and whom it was assigned to where that is another. */
function versionOf({ version, arm }: LoggedPrediction): string {
  const answered = version === null ? paint.bad('nobody') : versionName(version);
  return version === arm ? answered : `${answered} for ${versionName(arm)}`;
}

function short(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
}
