// Who may import what: arrows point inward, so that what runs in Temporal's sandbox can never reach IO by accident.

const folders = [
  'activities',
  'bench',
  'client',
  'domain',
  'examples',
  'gates',
  'packages',
  'scripts',
  'serving',
  'spec',
  'temporal',
  'test',
  'worker',
  'workflows',
];
const anyPackage = ['.*'];
const everythingButTest = folders.filter((folder) => folder !== 'test').map((folder) => `${folder}/`);

/** `may`: paths from the root, by prefix; `types`: the same, as `import type` only; `packages`: patterns of names. */
const house = {
  'domain/**': { may: [], packages: [] },
  'gates/**': { may: ['domain/'], packages: ['@stdlib/'] },
  'spec/**': { may: ['domain/'], packages: ['yaml$', 'ajv($|/)', 'node:'] },
  'workflows/**': { may: ['domain/'], types: ['activities/'], packages: ['@temporalio/(workflow|common)$'] },
  'activities/**': { may: ['domain/', 'gates/', 'spec/', 'packages/mlflow-client-ts/'], packages: anyPackage },
  'serving/**': { may: ['domain/', 'packages/mlflow-client-ts/'], packages: anyPackage },
  'temporal/**': { may: [], packages: ['@temporalio/(client|common|envconfig|worker)$', 'protobufjs$', 'node:'] },
  'client/**': {
    may: ['domain/', 'gates/', 'spec/', 'temporal/', 'workflows/messages\\.ts$', 'packages/'],
    packages: anyPackage,
  },
  'worker/**': {
    may: ['activities/', 'domain/', 'spec/', 'temporal/', 'packages/', 'workflows/messages\\.ts$'],
    packages: anyPackage,
  },
  'packages/*/src/**': { may: [], packages: ['node:'] },
  '{bench,examples,scripts}/**': { may: everythingButTest, packages: anyPackage },
};

export const fences = Object.entries(house).map(([files, { may, types = [], packages }]) => {
  const folder = files.split('/')[0];
  const own = folder.startsWith('{') ? [] : [`${folder}/`];
  const allowed = [...may.map(readable), ...types.map((path) => `${readable(path)} (types)`)].join(', ') || 'nothing';
  const patterns = [
    {
      regex: `^(\\.\\./)+(?!${oneOf([...own, ...may, ...types])})${oneOf(folders.map((name) => `${name}/`))}`,
      message: `${files} may import ${allowed} besides itself: move the code inward, or inject it.`,
    },
    ...types.map((path) => ({
      regex: `^(\\.\\./)+${path}`,
      allowTypeImports: true,
      message: `${files} may import types from ${path}, never values: they would pull IO into the sandbox.`,
    })),
    {
      regex: `^(?![./])(?!${oneOf(packages)})`,
      message: `${files} may import ${packages.length === 0 ? 'no packages' : `of packages only ${packages.map(readable).join(', ')}`}.`,
    },
  ];
  return {
    files: [`${files}/*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
});

/** An empty list matches nothing; without this it would match everything. */
function oneOf(patterns) {
  return patterns.length === 0 ? '(?:$^)' : `(?:${patterns.join('|')})`;
}

function readable(path) {
  return path.replace('\\.ts$', '.ts').replace('($|/)', '').replace('$', '');
}
