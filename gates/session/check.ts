/** What is wrong with a line, and where: `candidate.latencies_ms[3]`. An empty path is the line itself. */
export interface LineFault {
  readonly path: string;
  readonly message: string;
}

/** What a number must be, in words that follow "must be". */
export interface Rule {
  readonly words: string;
  readonly holds: (x: number) => boolean;
}

export const ANY: Rule = { words: 'a finite number', holds: Number.isFinite };
export const COUNT: Rule = { words: 'a whole number from 0', holds: (x) => Number.isSafeInteger(x) && x >= 0 };
export const FROM_ONE: Rule = { words: 'a whole number from 1', holds: (x) => Number.isSafeInteger(x) && x >= 1 };
export const SHARE: Rule = { words: 'a share from 0 to 1', holds: (x) => x >= 0 && x <= 1 };
export const INNER_SHARE: Rule = { words: 'a share above 0 and below 1', holds: (x) => x > 0 && x < 1 };
export const RATIO: Rule = {
  words: 'a finite ratio above 1, such as 1.2 for a fifth more',
  holds: (x) => Number.isFinite(x) && x > 1,
};
export const MILLISECONDS: Rule = {
  words: 'a finite number of milliseconds above 0',
  holds: (x) => Number.isFinite(x) && x > 0,
};

/** Faults named one by one in one list; a batch may hold tens of thousands of numbers, and all may be wrong. */
const NAMED = 20;

/** Reads one parsed line field by field and keeps every fault; what it returns is worth something only without any. */
export class Checker {
  readonly faults: LineFault[] = [];

  fault(path: string, message: string): void {
    this.faults.push({ path, message });
  }

  /** The fields of an object; `null`, with a fault, for anything else. */
  object(value: unknown, path: string): Readonly<Record<string, unknown>> | null {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    this.#mustBe(value, path, 'an object');
    return null;
  }

  number(value: unknown, path: string, rule: Rule): number {
    if (typeof value === 'number' && rule.holds(value)) return value;
    this.#mustBe(value, path, rule.words);
    return NaN;
  }

  /** A count that is part of another one. */
  part(value: unknown, path: string, whole: number, wholePath: string): number {
    const count = this.number(value, path, COUNT);
    if (count > whole) this.fault(path, `is ${count}, more than the ${whole} of ${wholePath}`);
    return count;
  }

  /** Each element read by `read`; an empty list, with a fault, for what is no list. */
  list<T>(value: unknown, path: string, read: (element: unknown, path: string) => T): readonly T[] {
    if (!Array.isArray(value)) {
      this.#mustBe(value, path, 'a list');
      return [];
    }
    return value.map((element: unknown, index) => read(element, `${path}[${index}]`));
  }

  /** A list of numbers; of many wrong ones, the first are named and the rest counted. */
  numbers(value: unknown, path: string, rule: Rule): readonly number[] {
    if (!Array.isArray(value)) {
      this.#mustBe(value, path, 'a list');
      return [];
    }
    const numbers: readonly unknown[] = value;
    const right = (x: unknown) => typeof x === 'number' && rule.holds(x);
    if (numbers.every(right)) return numbers as readonly number[];
    const wrong = numbers.flatMap((x, index) => (right(x) ? [] : [index]));
    for (const index of wrong.slice(0, NAMED)) this.#mustBe(numbers[index], `${path}[${index}]`, rule.words);
    if (wrong.length > NAMED) this.fault(path, `has ${wrong.length - NAMED} more that are not ${rule.words}`);
    return [];
  }

  #mustBe(value: unknown, path: string, words: string): void {
    this.fault(path, value === undefined ? `is missing: it must be ${words}` : `must be ${words}, not ${show(value)}`);
  }
}

/** What was there instead, short enough for a sentence. */
function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  // JSON has no way to write infinity, but 1e999 is read as it.
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
