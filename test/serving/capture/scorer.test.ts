import { expect, test } from 'vitest';
import { createScorer, type Scorer } from '../../../serving/capture/scorer.ts';

/** A program that answers each line by what `body` makes of the question `it`. */
function program(body: string, timeoutMs = 5_000): Scorer {
  const source = `
    const say = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
    require('readline').createInterface({ input: process.stdin }).on('line', (line) => { const it = JSON.parse(line); ${body} });`;
  return createScorer({ command: [process.execPath, '-e', source], timeoutMs });
}

test('a program is asked about each pair, and its answers come back in order', async () => {
  const scorer = program('say({ similarity: it.served.length / it.mirrored.length })');
  const scores = await Promise.all([1, 2, 3, 4].map((n) => scorer.score('x'.repeat(n), 'xxxx')));
  expect(scores).toEqual([0.25, 0.5, 0.75, 1]);
  scorer.stop();
});

test('a program that keeps silent, ends, or answers something else gives no score, and is started anew', async () => {
  const silent = program(`if (it.served !== 'hang') say({ similarity: 1 })`, 300);
  await expect(silent.score('hang', '')).rejects.toThrow('gave no answer for 300 ms');
  await expect(silent.score('again', '')).rejects.toThrow('has just ended');
  await expect.poll(() => silent.score('again', '').catch(() => null), { timeout: 5_000 }).toBe(1);
  silent.stop();
  await expect(program('process.exit(3)').score('', '')).rejects.toThrow('has ended with code 3');
  await expect(program(`say({ score: 1 })`).score('', '')).rejects.toThrow('not {"similarity": a number}');
  const missing = createScorer({ command: ['no-such-program'], timeoutMs: 300 });
  await expect(missing.score('', '')).rejects.toThrow('the scoring program no-such-program cannot be started');
});

test('a program that does not keep up is not buried: questions beyond 256 are refused', async () => {
  const slow = program('setTimeout(() => say({ similarity: 1 }), 200)');
  const asked = await Promise.allSettled(Array.from({ length: 300 }, () => slow.score('', '')));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(256);
  slow.stop();
});

test('it sees nothing of what is secret to the host', async () => {
  process.env['DATABASE_URL'] = 'postgres://secret';
  try {
    const scorer = program('say({ similarity: process.env.DATABASE_URL === undefined && process.env.PATH ? 1 : 0 })');
    expect(await scorer.score('', '')).toBe(1);
    scorer.stop();
  } finally {
    delete process.env['DATABASE_URL'];
  }
});
