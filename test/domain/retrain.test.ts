import { expect, test } from 'vitest';
import { describeRetrain, planRetrain } from '../../domain/retrain.ts';

test('a job has six hours, findings wait a day for the next one, and a busy endpoint is waited for two days', () => {
  expect(planRetrain({ job: { command: ['python', 'train.py'] } })).toEqual({
    job: { kind: 'command', command: ['python', 'train.py'], cwd: null, env: {}, passEnv: [] },
    timeoutMs: 6 * 3_600_000,
    cooldownMs: 24 * 3_600_000,
    onBusy: 'wait',
    maxWaitMs: 48 * 3_600_000,
  });
});

test.each([
  [{ command: ['python', 'train.py'] }, 'python train.py within 6h'],
  [{ project: { uri: 'training' } }, 'MLflow Project training, main within 6h'],
  [{ webhook: { url: 'https://ci.example.com/jobs?token=no' } }, 'ci.example.com, by webhook, within 6h'],
])('people read which job it is: %j', (job, words) => {
  expect(describeRetrain(planRetrain({ job }))).toBe(
    `${words}; findings start the next one no sooner than 1d after it`,
  );
});
