import { visibleWidth } from './columns.ts';

/** Text in lines of at most `width` characters where its words allow, all but the first behind `indent`. */
export function wrap(text: string, { width, indent }: { readonly width: number; readonly indent: string }): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [i, word] of text.split(/(?<=\S) /).entries()) {
    const longer = i === 0 ? word : `${line} ${word}`;
    if (i === 0 || visibleWidth(longer) <= width) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = indent + word.trimStart();
  }
  return [...lines, line];
}
