// `npm test [-- filters]`: the last line counts, for people and for machines.
import { runTests } from './run-tests.ts';

const { exitCode, closingLine } = await runTests(process.argv.slice(2));
console.log(closingLine);
process.exitCode = exitCode;
