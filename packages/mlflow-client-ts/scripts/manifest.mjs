// Node refuses TypeScript under node_modules, so what is published is dist/: JavaScript with a manifest of its own.
// npm, unlike pnpm, does not put `publishConfig.exports` over `exports`; hence a second manifest instead of that field.
//
//   npm run build && npm publish ./dist
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';

const here = new URL('../', import.meta.url);

if (process.argv.includes('--refuse')) {
  console.error('Publish dist/, not the sources: npm run build && npm publish ./dist');
  process.exit(1);
}

const manifest = JSON.parse(readFileSync(new URL('package.json', here), 'utf8'));
delete manifest.scripts;
manifest.exports = { '.': { types: './index.d.ts', default: './index.js' } };
writeFileSync(new URL('dist/package.json', here), `${JSON.stringify(manifest, null, 2)}\n`);
copyFileSync(new URL('README.md', here), new URL('dist/README.md', here));
