import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';

// The host idles most of its life: a small nursery keeps garbage from growing its memory to twice what it needs, and
// the cache spares it the TypeScript stripper (20 MB) from its second start on.
setFlagsFromString('--min-semi-space-size=1');
enableCompileCache();

await import('./host/main.ts');
