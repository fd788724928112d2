import { writeFile } from 'node:fs/promises';
import { SPEC_SCHEMA } from './schema.ts';

// Run after a change of the schema: node spec/write-schema.ts && npx prettier --write slipway.schema.json
await writeFile(new URL('../slipway.schema.json', import.meta.url), JSON.stringify(SPEC_SCHEMA, null, 2));
