import { importX } from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';
import { fences } from './scripts/lint/fences.js';
import { pure, reproducible } from './scripts/lint/purity.js';

const typed = {
  files: ['**/*.ts'],
  extends: [tseslint.configs.recommendedTypeChecked],
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  plugins: { 'import-x': importX },
  settings: {
    'import-x/extensions': ['.ts'],
    'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    'import-x/resolver-next': [createTypeScriptImportResolver()],
  },
  rules: {
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-misused-promises': 'error',
    '@typescript-eslint/no-explicit-any': 'error',
    '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
    '@typescript-eslint/consistent-type-exports': 'error',
    '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    '@typescript-eslint/return-await': ['error', 'in-try-catch'],
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    // An async function that never awaits still turns a throw into a rejection, which is what its callers count on.
    '@typescript-eslint/require-await': 'off',
    'import-x/no-cycle': ['error', { ignoreExternal: true }],
    'import-x/no-default-export': 'error',
    'import-x/no-duplicates': 'error',
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'max-lines': ['error', 400],
    'no-console': 'off',
  },
};

// The set-up runs before there is a compiler; these files are checked for slips only.
const untyped = {
  files: ['**/*.js', '**/*.mjs'],
  languageOptions: {
    ecmaVersion: 'latest',
    sourceType: 'module',
    globals: Object.fromEntries(
      ['clearInterval', 'clearTimeout', 'console', 'process', 'setInterval', 'setTimeout', 'URL'].map((name) => [
        name,
        'readonly',
      ]),
    ),
  },
  rules: {
    eqeqeq: 'error',
    'max-lines': ['error', 400],
    'no-undef': 'error',
    'no-unused-vars': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
  },
};

export default tseslint.config(
  { ignores: ['node_modules/', '.venv/', '.slipway/', '.cache/', 'coverage/', '**/dist/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  typed,
  untyped,
  ...fences,
  { files: ['domain/**/*.ts', 'gates/**/*.ts'], rules: pure },
  { files: ['gates/**/*.ts'], rules: reproducible },
  { files: ['*.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
  { files: ['test/**/*.ts', 'packages/*/test/**/*.ts'], rules: { '@typescript-eslint/unbound-method': 'off' } },
);
