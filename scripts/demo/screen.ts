import { styleText } from 'node:util';

let chapters = 0;

/** A heading between the parts of the demo. */
export function chapter(title: string): void {
  chapters += 1;
  process.stdout.write(`\n${styleText(['bold', 'cyan'], `${chapters}. ${title}`)}\n`);
}

export function line(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function mark(holds: boolean): string {
  return holds ? styleText('green', '✓') : styleText('red', '✗');
}
