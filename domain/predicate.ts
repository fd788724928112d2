/** A condition on the fields of one input, as a slice names its part of the traffic. Computes nothing but comparisons. */
export type Predicate =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Predicate[] }
  | { readonly kind: 'not'; readonly of: Predicate }
  | { readonly kind: 'missing'; readonly field: string }
  | { readonly kind: 'compare'; readonly field: string; readonly by: Comparison; readonly value: Literal };

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Literal = string | number | boolean;

/** Text that is no predicate; the message says where and what is understood. */
export class PredicateFault extends Error {
  override readonly name = 'PredicateFault';
}

interface Token {
  readonly kind: 'word' | 'field' | 'text' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /\s*(?:(?<field>"(?:[^"]|"")+")|(?<text>'(?:[^']|'')*')|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<word>[A-Za-z_]\w*)|(?<sign><>|!=|<=|>=|==|[=<>(),]))/y;

/** Deep enough for anything that a person writes, and no deeper than the stack is. */
const MOST_TOKENS = 1000;
const MOST_DEPTH = 50;

/**
 * Reads what SQL's `WHERE` understands of `=`, `<>`, `<`, `<=`, `>`, `>=`, `AND`, `OR`, `NOT`, `IN`, `BETWEEN`, `IS NULL` and
 * parentheses, over names of fields, texts, numbers, `true` and `false`: `country = 'DE' AND age >= 30`.
 *
 * @throws PredicateFault for anything else
 */
export function parsePredicate(source: string): Predicate {
  const tokens = tokensOf(source);
  let at = 0;
  let depth = 0;

  const here = (): Token => tokens[at] ?? { kind: 'end', text: '', at: source.length };
  const isWord = (word: string) => here().kind === 'word' && here().text.toUpperCase() === word;
  const isSign = (sign: string) => here().kind === 'sign' && here().text === sign;
  const taken = (is: boolean) => {
    if (is) at += 1;
    return is;
  };
  const need = (is: boolean, wanted: string) => {
    if (!taken(is)) throw fault(`${wanted} is expected`);
  };

  function fault(what: string): PredicateFault {
    const found = here().kind === 'end' ? 'its end' : `"${here().text}"`;
    return new PredicateFault(`at ${found} (character ${here().at + 1}) of ${source}: ${what}`);
  }

  function any(): Predicate {
    const of = [all()];
    while (taken(isWord('OR'))) of.push(all());
    return of.length === 1 && of[0] ? of[0] : { kind: 'any', of };
  }

  function all(): Predicate {
    const of = [one()];
    while (taken(isWord('AND'))) of.push(one());
    return of.length === 1 && of[0] ? of[0] : { kind: 'all', of };
  }

  function one(): Predicate {
    if ((depth += 1) > MOST_DEPTH) throw fault('fewer parentheses are understood');
    try {
      if (taken(isWord('NOT'))) return { kind: 'not', of: one() };
      if (!taken(isSign('('))) return condition(field());
      const inner = any();
      need(isSign(')'), 'a closing parenthesis');
      return inner;
    } finally {
      depth -= 1;
    }
  }

  function condition(name: string): Predicate {
    if (taken(isWord('IS'))) {
      const isNot = taken(isWord('NOT'));
      need(isWord('NULL'), 'NULL');
      return negated({ kind: 'missing', field: name }, isNot);
    }
    const isNot = taken(isWord('NOT'));
    if (taken(isWord('IN'))) return negated(membership(name), isNot);
    if (taken(isWord('BETWEEN'))) return negated(between(name), isNot);
    const sign = here();
    const by = sign.kind === 'sign' ? COMPARISONS[sign.text] : undefined;
    if (isNot || by === undefined)
      throw fault('a comparison is expected: = <> < <= > >=, IN (…), BETWEEN … AND …, IS NULL');
    at += 1;
    return { kind: 'compare', field: name, by, value: literal() };
  }

  function membership(name: string): Predicate {
    need(isSign('('), 'a list in parentheses');
    const of: Predicate[] = [];
    do of.push({ kind: 'compare', field: name, by: '=', value: literal() });
    while (taken(isSign(',')));
    need(isSign(')'), 'a closing parenthesis');
    return { kind: 'any', of };
  }

  function between(name: string): Predicate {
    const low: Predicate = { kind: 'compare', field: name, by: '>=', value: literal() };
    need(isWord('AND'), 'AND');
    return { kind: 'all', of: [low, { kind: 'compare', field: name, by: '<=', value: literal() }] };
  }

  function field(): string {
    const { kind, text } = here();
    const isName = kind === 'field' || (kind === 'word' && !RESERVED.has(text.toUpperCase()));
    if (!isName) throw fault('the name of a field is expected');
    at += 1;
    return kind === 'field' ? text.slice(1, -1).replaceAll('""', '"') : text;
  }

  function literal(): Literal {
    const { kind, text } = here();
    const isYesOrNo = kind === 'word' && /^(true|false)$/i.test(text);
    if (kind !== 'text' && kind !== 'number' && !isYesOrNo)
      throw fault("a value is expected: 'text', a number, true or false");
    at += 1;
    if (kind === 'text') return text.slice(1, -1).replaceAll("''", "'");
    return kind === 'number' ? Number(text) : text.toLowerCase() === 'true';
  }

  function tokensOf(text: string): Token[] {
    const found: Token[] = [];
    const end = text.trimEnd().length;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < end) {
      const from = TOKEN.lastIndex;
      const groups = TOKEN.exec(text)?.groups;
      const [kind, value] = Object.entries(groups ?? {}).find(([, each]) => each !== undefined) ?? [];
      if (kind === undefined || value === undefined || found.length === MOST_TOKENS)
        throw new PredicateFault(`at character ${from + 1} of ${text}: this is not understood in a condition`);
      found.push({ kind: kind as Token['kind'], text: value, at: TOKEN.lastIndex - value.length });
    }
    return found;
  }

  const whole = any();
  if (here().kind !== 'end') throw fault('AND, OR or the end is expected');
  return whole;
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  ...{ '=': '=', '==': '=', '<>': '<>', '!=': '<>', '<': '<', '<=': '<=', '>': '>', '>=': '>=' },
};

const RESERVED = new Set(['AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'IS', 'NULL', 'TRUE', 'FALSE']);

function negated(of: Predicate, isNot: boolean): Predicate {
  return isNot ? { kind: 'not', of } : of;
}
