import { changesBetween } from '../render/changes.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { exitCodeFor, sightingJson } from '../rollouts/close.ts';
import { fit } from '../render/columns.ts';
import { formatTime } from '../render/numbers.ts';
import { Meter } from '../rollouts/meter.ts';
import { renderTree } from '../render/tree.ts';
import { servingOf } from '../serving.ts';
import { silentExit } from '../failure.ts';
import { shortPlace, type Place } from '../rollouts/place.ts';
import type { RolloutClient } from '../rollout-client.ts';
import type { Sighting } from '../rollouts/sighting.ts';
import type { Terminal } from '../terminal.ts';

/** What a shell reports of a program that SIGINT ended. */
const INTERRUPTED = 130;

export interface WatchOptions {
  /** Ends at a failed rollback too. */
  readonly wait: boolean;
  readonly json?: boolean;
  /** The run that is meant; the latest one on the endpoint when absent. */
  readonly runId?: string;
}

/**
 * Shows a rollout until it ends: a tree that redraws itself on a screen, a line a change elsewhere, one object at the end as
 * JSON; the last look at it.
 */
export async function watchRollout(
  rollouts: Pick<RolloutClient, 'follow'>,
  place: Place,
  { wait, json = false, runId }: WatchOptions,
  terminal: Terminal,
): Promise<Sighting | null> {
  const meter = terminal.isScreen && !json ? await createMeter(place) : null;
  const draw = terminal.isScreen ? redrawing(terminal) : noting(terminal);
  let last: Sighting | null = null;
  const forget = onInterrupt(() =>
    terminal.err(`\nthe rollout goes on; \`slipway get ${shortPlace(place)} --watch\` shows it again\n`),
  );
  for await (const sighting of rollouts.follow(place, runId)) {
    if (!json) draw(sighting, meter && (await measure(meter, sighting)));
    last = sighting;
    if (wait && exitCodeFor(sighting) !== null) break;
  }
  forget();
  if (!last) return null;
  if (json) terminal.out(`${sightingJson(last)}\n`);
  else if (!terminal.isScreen) terminal.out(`${renderTree(last, { now: Date.now(), measured: null }).join('\n')}\n`);
  return last;
}

/** Tells the shell how a rollout that was waited for has ended. @param ok the code that is what was asked for */
export function exitAs(last: Sighting | null, ok: ExitCode = EXIT.ok): void {
  const code = last && exitCodeFor(last);
  if (code !== null && code !== EXIT.ok && code !== ok) throw silentExit(code);
}

function redrawing({ out, columns, rows }: Terminal): (sighting: Sighting, measured: number | null) => void {
  let drawn = 0;
  return (sighting, measured) => {
    // What has left the screen at the top cannot be drawn over.
    const lines = renderTree(sighting, { now: Date.now(), measured })
      .slice(0, rows - 1)
      .map((line) => fit(line, columns));
    const backToTop = drawn > 0 ? `\x1b[${drawn}A\x1b[0J` : '';
    out(`${backToTop}${lines.join('\n')}\n`);
    drawn = lines.length;
  };
}

function noting({ out }: Terminal): (sighting: Sighting) => void {
  let before: Sighting | null = null;
  return (sighting) => {
    const time = formatTime(new Date().toISOString());
    for (const line of changesBetween(before, sighting)) out(`${time}  ${line}\n`);
    before = sighting;
  };
}

/** Whoever stops watching should not think to have stopped the rollout. */
function onInterrupt(tell: () => void): () => void {
  const leave = () => {
    tell();
    process.exit(INTERRUPTED);
  };
  process.once('SIGINT', leave);
  return () => process.off('SIGINT', leave);
}

async function measure(meter: Meter, { attributes, close, status }: Sighting): Promise<number | null> {
  const version = status?.candidate ?? attributes.candidate;
  return close || version === null ? null : meter.shareOf(version, status?.desiredWeight ?? attributes.weight);
}

/** Without a serving host in reach there is just nothing measured. */
async function createMeter({ target, endpoint }: Place): Promise<Meter | null> {
  const serving = await servingOf(target).catch(() => null);
  return serving && new Meter(serving, endpoint);
}
