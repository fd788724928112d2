import { writeFile } from 'node:fs/promises';
import { bundleWorkflows } from './bundle.ts';

const [file] = process.argv.slice(2);
if (!file) throw new Error('usage: node worker/bundle-file.ts FILE');
await writeFile(file, (await bundleWorkflows()).code);
