import { MlflowError } from './errors.ts';

/** The request that a message answers. */
export interface Asked {
  readonly method: string;
  readonly path: string;
}

/** Reads an answer field by field, so that an answer of another shape fails here and names the field. */
export class Message {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #call: Asked;
  readonly #at: string;

  /** `at` is the path of this message in the whole answer: `run.data.metrics[0].`. */
  constructor(value: unknown, call: Asked, at = '') {
    this.#call = call;
    this.#at = at;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#unreadable(
        `${at === '' ? 'the answer' : `'${at.slice(0, -1)}'`} should be an object, got ${shown(value)}`,
      );
    }
    this.#fields = value as Readonly<Record<string, unknown>>;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined && this.#fields[name] !== null;
  }

  text(name: string): string {
    return this.optionalText(name) ?? this.#missing(name);
  }

  /** Protobuf leaves unset fields out and writes some unset strings as '': both are undefined here. */
  optionalText(name: string): string | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    return this.#wrong(name, 'a string');
  }

  /** An int64: a JSON number from MLflow, a string from servers that follow protobuf's JSON to the letter. */
  int(name: string): number {
    return this.optionalInt(name) ?? this.#missing(name);
  }

  optionalInt(name: string): number | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) ? number : this.#wrong(name, 'an integer');
  }

  double(name: string): number {
    const value = this.#fields[name];
    if (typeof value === 'number') return value;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
    return Number.isNaN(number) && value !== 'NaN' ? this.#wrong(name, 'a number') : number;
  }

  flag(name: string): boolean {
    return this.#fields[name] === true || this.#fields[name] === 'true';
  }

  message(name: string): Message {
    return this.has(name) ? new Message(this.#fields[name], this.#call, `${this.#at}${name}.`) : this.#missing(name);
  }

  /** A repeated field; protobuf leaves an empty one out. */
  messages(name: string): Message[] {
    return this.#list(name).map((item, index) => new Message(item, this.#call, `${this.#at}${name}[${index}].`));
  }

  texts(name: string): string[] {
    return this.#list(name).map((item) => (typeof item === 'string' ? item : String(item)));
  }

  /** A repeated `{key, value}` message, as tags and params are. */
  pairs(name: string): Record<string, string> {
    return Object.fromEntries(this.messages(name).map((pair) => [pair.text('key'), pair.optionalText('value') ?? '']));
  }

  #list(name: string): readonly unknown[] {
    const value = this.#fields[name] ?? [];
    return Array.isArray(value) ? value : this.#wrong(name, 'a list');
  }

  #missing(name: string): never {
    throw this.#unreadable(`'${this.#at}${name}' is missing`);
  }

  #wrong(name: string, expected: string): never {
    throw this.#unreadable(`'${this.#at}${name}' should be ${expected}, got ${shown(this.#fields[name])}`);
  }

  #unreadable(reason: string): MlflowError {
    const { method, path } = this.#call;
    return new MlflowError(`MLflow ${method} ${path}: INVALID_RESPONSE: ${reason}`, {
      errorCode: 'INVALID_RESPONSE',
      method,
      path,
      attempts: 1,
      outcomeUnknown: method !== 'GET',
    });
  }
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}
