import { describe, expect, it } from 'vitest';
import { scoreVersion, type Predict } from '../../../activities/validation/score-version.ts';

interface Sent {
  readonly dataframe_split: { readonly columns: readonly string[]; readonly data: readonly (readonly number[])[] };
}

const rowsOf = (body: string) => (JSON.parse(body) as Sent).dataframe_split.data.map(([x]) => x ?? 0);

/** Rows 0, 1, 2, … of one column. */
function rows(count: number) {
  return {
    rows: count,
    async *batches(size: number) {
      for (let first = 0; first < count; first += size) {
        const data = Array.from({ length: Math.min(size, count - first) }, (_, i) => [first + i]);
        yield { first, columns: ['x'], data };
      }
    },
  };
}

function server(answer: (xs: number[]) => { status?: number; body: string }) {
  const bodies: string[] = [];
  const predict: Predict = async (body) => {
    bodies.push(body);
    return { status: 200, ms: bodies.length, ...answer(rowsOf(body)) };
  };
  return { predict, bodies };
}

const doubled = (xs: number[]) => ({ body: JSON.stringify({ predictions: xs.map((x) => 2 * x) }) });
const noWaits = { retryDelaysMs: [0, 0] };

describe('scoring a version', () => {
  it('sends batches in dataframe_split and gives the answers row by row', async () => {
    const { predict, bodies } = server(doubled);
    const progress: number[] = [];
    const scores = await scoreVersion(predict, rows(120), { onProgress: (done) => progress.push(done) });
    expect(scores.predictions).toEqual(Array.from({ length: 120 }, (_, i) => 2 * i));
    expect(scores).toMatchObject({
      requests: 3,
      failedRows: 0,
      unreachableRows: 0,
      faults: [],
      latenciesMs: [1, 2, 3],
    });
    expect(progress).toEqual([50, 100, 120]);
    expect(JSON.parse(bodies[2] ?? '')).toMatchObject({ dataframe_split: { columns: ['x'] } });
  });

  it.each([
    ['the bare list', '[1, 2]', [1, 2]],
    ['a table of one column', '{"predictions": [{"0": "a"}, {"0": "b"}]}', ['a', 'b']],
    ['lists of one', '{"predictions": [[0.5], [1.5]]}', [0.5, 1.5]],
    ['booleans', '{"predictions": [true, false]}', [true, false]],
  ])('reads %s', async (_, body, expected) => {
    const { predict } = server(() => ({ body }));
    expect((await scoreVersion(predict, rows(2))).predictions).toEqual(expected);
  });

  it('finds the one bad row and keeps the answers of the others', async () => {
    const refusal = { status: 400, body: '{"error_code": "BAD_REQUEST", "message": "x is 13", "stack_trace": "…"}' };
    const { predict } = server((xs) => (xs.includes(13) ? refusal : doubled(xs)));
    const scores = await scoreVersion(predict, rows(100));
    expect(scores.failedRows).toBe(1);
    expect(scores.predictions.flatMap((answer, row) => (answer === null ? [row] : []))).toEqual([13]);
    expect(scores.faults).toEqual(['row 14: HTTP 400: x is 13']);
    expect(scores.requests).toBeLessThan(20);
  });

  it('stops looking for single rows once many fail', async () => {
    const { predict } = server(() => ({ status: 500, body: 'broken' }));
    const scores = await scoreVersion(predict, rows(1_000));
    expect(scores.failedRows).toBe(1_000);
    expect(scores.requests).toBeLessThan(80);
    expect(scores.faults).toHaveLength(5);
  });

  it.each([
    ['too few answers', '{"predictions": []}', 'answered 0 predictions to 1 rows'],
    ['probabilities', '{"predictions": [[0.1, 0.9]]}', 'answered [0.1,0.9]; a prediction to compare is one value'],
    ['no JSON', '<html>', 'answered no JSON: <html>'],
    ['another JSON', '{"outputs": []}', 'answered {"outputs": []}; expected {"predictions": […]}'],
    ['a gap', '{"predictions": [null]}', 'answered null; a prediction to compare is one value'],
  ])('counts as failed what is no prediction: %s', async (_, body, fault) => {
    const { predict } = server(() => ({ body }));
    expect(await scoreVersion(predict, rows(1))).toMatchObject({ failedRows: 1, faults: [`row 1: ${fault}`] });
  });

  it('asks a busy server again', async () => {
    let calls = 0;
    const { predict } = server((xs) => ((calls += 1) < 3 ? { status: 503, body: 'busy' } : doubled(xs)));
    expect(await scoreVersion(predict, rows(5), noWaits)).toMatchObject({ failedRows: 0, requests: 3 });
  });

  it('gives up on a server that is gone, and says so', async () => {
    const predict: Predict = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const scores = await scoreVersion(predict, rows(1_000), noWaits);
    expect(scores).toMatchObject({ unreachableRows: 1_000, failedRows: 0, requests: 9 });
    expect(scores.faults[0]).toBe('rows 1 to 50: no answer: connect ECONNREFUSED');
  });

  it('stops at once when it is cancelled', async () => {
    const cancel = new AbortController();
    const { predict, bodies } = server(doubled);
    const scoring = scoreVersion(predict, rows(1_000), {
      signal: cancel.signal,
      onProgress: () => cancel.abort(new Error('enough')),
    });
    await expect(scoring).rejects.toThrow('enough');
    expect(bodies).toHaveLength(1);
  });
});
