import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ledgerDatabase } from '../audit/read.ts';
import { dossier } from '../endpoint/dossier.ts';
import { Failure, usageFailure } from '../failure.ts';
import { awayFor, overview, type Asked } from '../overview.ts';
import { renderOverview } from '../render/overview.ts';
import { parsePlace, type Place } from '../rollouts/place.ts';
import { webUiBase, withRollouts } from './common.ts';
import { addStackFlags, showStatus, type StackFlags } from './stack.ts';
import type { Terminal } from '../terminal.ts';
import { writeWhole } from '../write-whole.ts';

interface StatusFlags extends StackFlags {
  readonly html?: string;
}

export function addStatus(program: Command, terminal: Terminal): void {
  addStackFlags(program.command('status'))
    .argument('[endpoint]', 'its name, or target and name; the stack when absent', parsePlace)
    .option('--html <file>', 'of an endpoint: write it as one page that needs no network, with charts; - prints it')
    .description(
      'show the health, address, process and memory of each part of the stack, and when rollback was last proven; of an endpoint, all that is known',
    )
    .addHelpText(
      'after',
      `
Of the stack it ends with 0 when every part is healthy, else with 1.

Examples:
  slipway status
  slipway status digits
  slipway status prod-eu/digits --html digits.html`,
    )
    .action((place: Place | undefined, { html, ...flags }: StatusFlags) => {
      if (html !== undefined && !place) throw usageFailure('--html is of an endpoint: name it before');
      if (html !== undefined && flags.json) throw usageFailure('--html and --json are two forms: ask for one');
      if (!place) return showStatus(flags, terminal);
      return html === undefined ? showEndpoint(place, flags, terminal) : writePage(place, html, terminal);
    });
}

async function writePage(place: Place, file: string, { out, err }: Terminal): Promise<void> {
  // Drawing takes as long to load as all the rest of the CLI, which is not to wait for it.
  const { endpointPage } = await import('../page/endpoint.ts');
  const webUi = await webUiBase();
  const page = endpointPage(await withAll((asked) => dossier(place, asked, ledgerDatabase, webUi)));
  if (file === '-') return out(page);
  await writeWhole(file, page).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(`the page cannot be written to ${file}: ${why}`, { code: 'not_written', cause: error });
  });
  err(`${resolve(file)}\n`);
}

async function showEndpoint(place: Place, { json }: StackFlags, { out }: Terminal): Promise<void> {
  const seen = await withAll((asked) => overview(place, asked, ledgerDatabase));
  out(json ? `${JSON.stringify({ ...place, ...seen })}\n` : renderOverview(place, seen, Date.now()));
}

/** Those who answer; while Temporal is away the others are asked all the same. */
async function withAll<T>(work: (asked: Asked) => Promise<T>): Promise<T> {
  try {
    return await withRollouts(work);
  } catch (error) {
    if (error instanceof Failure && error.code === 'no_temporal') return work(awayFor(error));
    throw error;
  }
}
