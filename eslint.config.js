import tseslint from 'typescript-eslint';
import { roomFence } from './scripts/lint/room-fence.mjs';
import { tableLookup } from './scripts/lint/table-lookup.mjs';

// Type-aware rules only: formatting and syntax are Biome's.
export default tseslint.config(
  { ignores: ['dist', 'coverage', 'node_modules', 'scripts/*.mjs', '*.config.*', 'test/e2e/components'] },
  {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@typescript-eslint': tseslint.plugin, local: { rules: { 'room-fence': roomFence, 'table-lookup': tableLookup } } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      'local/room-fence': 'error',
      'local/table-lookup': 'error',
    },
  },
  {
    files: ['src/**'],
    rules: {
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      complexity: ['error', 12],
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  {
    // Columns of numbers, walked row by row for each criterion of each API in each tick: every row lies between the column's own bounds,
    // and a check of it, or an object for the arguments, would be paid millions of times.
    files: ['src/diagnose/windows.ts', 'src/diagnose/column.ts', 'src/diagnose/history.ts', 'src/diagnose/episodes.ts'],
    rules: { 'max-params': ['error', 6], '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // Kubernetes objects as untyped JSON: these read few fields and spell them where they use them.
    files: ['test/e2e/**', 'test/simulator/**'],
    rules: { '@typescript-eslint/no-unsafe-argument': 'off', '@typescript-eslint/no-explicit-any': 'off' },
  },
  {
    // A test asks its tables with words of its own.
    files: ['test/**'],
    rules: { 'local/table-lookup': 'off' },
  },
);
