import type { RolloutHandle } from '../support/rollouts.ts';

/** What happens in the second run of a soak that continued as new, and how that run ends. */
interface Continued {
  readonly ends: string;
  readonly gate?: 'fail' | 'watch';
  readonly act?: (handle: RolloutHandle) => Promise<void>;
}

/** The last run of rollouts whose soak continued as new. */
export const CONTINUED: Readonly<Record<string, Continued>> = {
  // `continued-soak-1` is the run before it.
  'continued-soak-2': { ends: 'rolled_back GateFailed', gate: 'fail' },
  'continued-soak-promoted': { ends: 'promoted Promoted', act: (handle) => handle.signal('supersede') },
  'continued-soak-aborted': { ends: 'aborted AbortedByHand', gate: 'watch', act: (handle) => handle.signal('abort') },
  'continued-soak-paused-and-resumed': {
    ends: 'promoted Promoted',
    async act(handle) {
      await handle.signal('pause');
      await handle.signal('resume');
      await handle.signal('supersede');
    },
  },
};
