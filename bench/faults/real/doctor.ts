import { slipway } from './slipway.ts';
import type { RealStack } from './stack.ts';

interface Answer {
  readonly findings: readonly { readonly endpoint: string | null; readonly code: string; readonly message: string }[];
}

/** What `slipway doctor` finds on each of these endpoints, and about parts of the installation, in its own words. */
export async function askDoctor(stack: RealStack, endpoints: readonly string[]): Promise<Map<string, string[]>> {
  const { out, err } = await slipway(['doctor', '--json'], stack.env, stack.folder);
  const { findings } = parse(out, err);
  const about = (endpoint: string) =>
    findings
      .filter((finding) => finding.endpoint === null || finding.endpoint === endpoint)
      .map(({ code, message }) => `doctor: ${code}: ${message}`);
  return new Map(endpoints.map((endpoint) => [endpoint, about(endpoint)]));
}

function parse(out: string, err: string): Answer {
  try {
    return JSON.parse(out) as Answer;
  } catch {
    return { findings: [{ endpoint: null, code: 'NoAnswer', message: `${out}${err}`.trim() }] };
  }
}
