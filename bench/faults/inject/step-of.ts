/** What tells the calls of one activity apart within a rollout, as far as its input shows it. */
export function stepOf(activity: string, input: unknown): string {
  const { label, question, version, key, event, mode } = (input ?? {}) as Input;
  switch (activity) {
    case 'shiftTraffic':
    case 'restoreTraffic':
      return label?.slice(label.indexOf('/') + 1) ?? '';
    case 'watchGate': {
      const gate = question?.stage === 'canary' ? `canary-${(question.weight ?? 0) / 100}` : (question?.stage ?? '');
      return mode === 'guard' ? `${gate} held` : gate;
    }
    case 'moveAlias':
      return `to ${version ?? 'none'}`;
    case 'retireVersion':
      return key ?? '';
    case 'notify':
      return event ?? '';
    default:
      return '';
  }
}

interface Input {
  readonly label?: string;
  readonly question?: { readonly stage: string; readonly weight?: number };
  readonly mode?: string;
  readonly version?: string | null;
  readonly key?: string;
  readonly event?: string;
}
