import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import { locate } from './locate.ts';
import type { Fault, FoundFault } from './fault.ts';

/** Parsed YAML, and a way to say where in its text a fault is. */
export interface ReadYaml {
  readonly value: unknown;
  readonly faults: readonly Fault[];
  readonly locate: (fault: FoundFault) => Fault;
}

/** Parses one YAML (or JSON) document. A syntax error is one fault, since what follows it is a guess. */
export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (error: YAMLError, path = ''): Fault => {
    const { line, col } = lines.linePos(error.pos[0]);
    return { path, line, column: col, message: sentence(error, col) };
  };
  const place = (fault: FoundFault) => locate(fault, document, lines);
  const syntax = document.errors.find((error) => error.code !== 'DUPLICATE_KEY');
  if (syntax) return { value: undefined, faults: [at(syntax)], locate: place };
  const repeats = document.errors.map((error) => at(error));
  try {
    return { value: document.toJS(), faults: repeats, locate: place };
  } catch (error) {
    // Aliases that expand without end are only found here.
    const message = error instanceof Error ? error.message : String(error);
    return { value: undefined, faults: [...repeats, { path: '', line: 1, column: 1, message }], locate: place };
  }
}

function sentence(error: YAMLError, column: number): string {
  if (error.code === 'DUPLICATE_KEY') return `the key in column ${column} was given before`;
  return `is not YAML at column ${column}: ${error.message}`;
}
