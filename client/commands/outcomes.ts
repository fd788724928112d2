import { InvalidArgumentError, Option, type Command } from 'commander';
import { addOutcomesStatus } from './outcomes-status.ts';
import { EXIT } from '../exit-codes.ts';
import { silentExit } from '../failure.ts';
import type { NamedColumns, RewardColumn } from '../outcomes/columns.ts';
import type { OutcomeFile } from '../outcomes/outcome-file.ts';
import { pushOutcomes } from '../outcomes/push.ts';
import type { LabelType } from '../outcomes/read-labels.ts';
import { renderPushed } from '../render/pushed.ts';
import { parsePlace, type Place } from '../rollouts/place.ts';
import { servingOf } from '../serving.ts';
import { FORMS, REWARD_PATTERN } from '../../spec/patterns.ts';
import type { Terminal } from '../terminal.ts';

export function addOutcomes(program: Command, terminal: Terminal): void {
  const outcomes = program
    .command('outcomes')
    .description('bring what became of predictions (labels, clicks, rewards), and see what it says of each version')
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nExamples:\n  slipway outcomes push labels.csv --endpoint digits\n  slipway outcomes status digits --since 7d',
    );
  addPush(outcomes, terminal);
  addOutcomesStatus(outcomes, terminal);
}

interface PushFlags extends NamedColumns {
  readonly endpoint: Place;
  readonly labelType: LabelType;
  readonly reward?: readonly RewardColumn[];
  readonly json?: boolean;
}

function addPush(outcomes: Command, terminal: Terminal): void {
  outcomes
    .command('push')
    .argument('<file>', '.csv, .tsv, .jsonl, .ndjson or .parquet; text also as .gz')
    .description('send the labels or rewards of a file; each is credited to the version that served')
    .requiredOption('--endpoint <endpoint>', 'whose predictions: digits, prod-eu/digits', parsePlace)
    .option('--id <column>', 'column of the request id (x-request-id); request_id or id when absent')
    .option('--row <column>', 'column of the row inside a request with several; row, else all are row 0')
    .option('--label <column>', 'column of the label; label, outcome, target, truth … when absent')
    .option('--time <column>', 'column of when the truth was known, ISO 8601, UTC without a zone')
    .addOption(
      new Option('--label-type <type>', 'what the labels of a file of text are')
        .choices(['auto', 'text', 'number', 'boolean'])
        .default('auto'),
    )
    .addOption(
      new Option('--reward <name[=column]>', 'send this reward instead of labels (docs/ab.md); may be given again')
        .argParser(parseReward)
        .conflicts(['label', 'time', 'labelType']),
    )
    .option('--json', 'print the sums and the rejected lines as JSON')
    .addHelpText(
      'after',
      `
The whole file is read and checked first; a file that cannot be read sends nothing. The same label for the same id and row
counts once, however often it is sent; another label takes the place of the one before. Ends with 1 where lines were
rejected; the others were sent. Of rewards the first value for an id, row and name stands, and an empty field brings nothing.

Examples:
  slipway outcomes push labels.csv --endpoint digits
  slipway outcomes push returns.parquet --endpoint prod-eu/demand --id order_request --label returned --time day
  slipway outcomes push orders.csv --endpoint digits --reward paid --reward revenue=amount`,
    )
    .action(async (path: string, { endpoint: place, labelType, reward, json, ...named }: PushFlags) => {
      const serving = await servingOf(place.target);
      // DuckDB takes longer to load than most commands take in all.
      const file = reward
        ? await (await import('../outcomes/read-rewards.ts')).readRewards(path, named, reward)
        : await (await import('../outcomes/read-labels.ts')).readLabels(path, named, labelType);
      try {
        const { what, superseded, rejected, rejectedLines, lineWord } = file;
        const onProgress = progress(terminal, file, json === true);
        const pushed = await pushOutcomes(file, place.endpoint, { send: serving.addOutcomes, onProgress });
        terminal.out(
          json
            ? `${JSON.stringify({ ...pushed, superseded, rejected, rejectedLines })}\n`
            : renderPushed(pushed, { what, superseded, rejected, rejectedLines, lineWord }),
        );
        if (rejected > 0) throw silentExit(EXIT.unexpected);
      } finally {
        await file.close();
      }
    });
}

/** A name, and a column where that is called otherwise; each name once. @throws InvalidArgumentError */
function parseReward(text: string, before: readonly RewardColumn[] = []): RewardColumn[] {
  const [name = '', ...column] = text.split('=');
  if (!new RegExp(REWARD_PATTERN).test(name))
    throw new InvalidArgumentError(`"${name}" is not ${FORMS[REWARD_PATTERN] ?? 'a name'}.`);
  if (before.some((reward) => reward.name === name)) throw new InvalidArgumentError(`"${name}" is named twice.`);
  return [...before, { name, column: column.join('=') || name }];
}

const SHOW_MS = 500;

function progress(
  { err, isScreen }: Terminal,
  { count: all, what }: Pick<OutcomeFile<never>, 'count' | 'what'>,
  isQuiet: boolean,
): (sent: number) => void {
  let shownAt = performance.now();
  return (sent) => {
    if (isQuiet || (performance.now() - shownAt < SHOW_MS && sent < all)) return;
    shownAt = performance.now();
    const line = `${sent.toLocaleString('en-US')} of ${all.toLocaleString('en-US')} ${what}s`;
    if (isScreen) err(`\r${line}${sent < all ? '' : '\n'}`);
    else if (sent < all) err(`${line}\n`);
  };
}
