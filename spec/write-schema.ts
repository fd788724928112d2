import { writeFile } from 'node:fs/promises';
import { schemaFile } from './schema.ts';

// Run after a change of the schema: node spec/write-schema.ts
await writeFile(new URL('../slipway.schema.json', import.meta.url), schemaFile());
