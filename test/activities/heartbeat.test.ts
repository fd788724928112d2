import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { withHeartbeat } from '../../activities/heartbeat.ts';

afterEach(() => vi.useRealTimers());

test('heartbeats come every two seconds, or as rarely as is asked for, and end with the work', async () => {
  for (const [asked, expected] of [
    [undefined, 30],
    [500, 30],
    [6_000, 10],
  ] as const) {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const environment = new MockActivityEnvironment();
    const beats: unknown[] = [];
    environment.on('heartbeat', (details: unknown) => void beats.push(details));
    let end!: () => void;
    const work = () => new Promise<void>((resolve) => (end = resolve));
    const done = environment.run(() => withHeartbeat(work, () => beats.length, asked));
    await vi.waitFor(() => expect(beats).toHaveLength(1));
    vi.advanceTimersByTime(60_000);
    expect(beats).toHaveLength(1 + expected);
    end();
    await done;
    vi.advanceTimersByTime(60_000);
    expect(beats).toHaveLength(1 + expected);
    vi.useRealTimers();
  }
});
