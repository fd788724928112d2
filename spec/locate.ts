import { isAlias, isMap, isScalar, isSeq, type Document, type LineCounter, type Node } from 'yaml';
import { formatPath, type Fault, type FoundFault, type Path } from './fault.ts';

/** Puts a fault where a person finds it: at the key that leads to it, or at what should have contained it. */
export function locate(fault: FoundFault, document: Document, lines: LineCounter): Fault {
  const { line, col } = lines.linePos(offsetOf(document, fault.path));
  return { ...fault, path: formatPath(fault.path), line, column: col };
}

function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = start(node) ?? 0;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    const [place, next] = child(node, key);
    offset = start(place) ?? offset;
    node = next;
  }
  return offset;
}

/** Where the entry stands, and its value. */
function child(node: unknown, key: string | number): [unknown, unknown] {
  if (isSeq(node)) return [node.items[Number(key)], node.items[Number(key)]];
  if (!isMap(node)) return [null, null];
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  return [pair?.key, pair?.value];
}

function start(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
