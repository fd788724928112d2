import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { tidyMemory } from './tidy-memory.ts';

// A worker waits most of its life: a small nursery keeps garbage from growing its memory to twice what it needs, and the
// cache spares it the TypeScript stripper from its second start on.
setFlagsFromString('--min-semi-space-size=1');
setFlagsFromString('--max-semi-space-size=2');
enableCompileCache();
tidyMemory();

await import('./run.ts');
