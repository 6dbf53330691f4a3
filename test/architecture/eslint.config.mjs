import tseslint from 'typescript-eslint'

// Counted on formatted code, without blank and comment lines.
const counted = { skipBlankLines: true, skipComments: true }
const sizes = {
  'max-lines': ['error', { max: 300, ...counted }],
  'max-lines-per-function': ['error', { max: 50, IIFEs: true, ...counted }],
  complexity: ['error', 12],
  'max-params': ['error', 3],
}
const clockMessage =
  'Take a Clock (main/kernel/clock) as an argument: time is never read from the machine here.'
const timeAndChance = {
  'no-restricted-syntax': [
    'error',
    {
      selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
      message: clockMessage,
    },
    { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: clockMessage },
    {
      selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
      message: 'Take a Random (main/kernel/random) as an argument.',
    },
    { selector: 'ExportDefaultDeclaration', message: 'Use named exports.' },
    {
      selector: 'ImportDeclaration[source.value=/^(\\.\\.\\/){5,}/]',
      message: 'Too far away: move the shared part, do not climb.',
    },
  ],
}

export default tseslint.config(
  { ignores: ['out/**', 'node_modules/**', 'test/architecture/broken/**'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: false } },
    rules: {
      ...sizes,
      ...timeAndChance,
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          caughtErrorsIgnorePattern: '^_',
          ignoreRestSiblings: true,
        },
      ],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-console': 'error',
    },
  },
  // The two places where a program meets the machine's own clock and chance.
  {
    files: [
      'main/platform/**/*.ts',
      'renderer/app/**/*.ts',
      'renderer/app/**/*.tsx',
      'test/**/*.ts',
      '**/*.test.ts',
      '**/*.test.tsx',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
  // The start script speaks through the console.
  {
    files: ['main/web.ts', 'main/platform/log/**/*.ts', 'test/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  // What is printed comes from clusters and files, and a terminal obeys what it is sent: one writer makes it harmless, for all.
  {
    files: ['main/**/*.ts'],
    ignores: ['main/platform/terminal/**', '**/testing/**', '**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['stdout', 'stderr'].map((property) => ({
          object: 'process',
          property,
          message: 'Print through main/platform/terminal.',
        })),
      ],
      'no-restricted-imports': [
        'error',
        { name: 'cli-table3', message: 'Draw tables with main/platform/terminal.' },
      ],
    },
  },
  // A screen is a list of parts: its length is not complexity. A suite is a list of cases.
  {
    files: ['renderer/**/*.tsx'],
    rules: { 'max-lines-per-function': ['error', { max: 80, IIFEs: true, ...counted }] },
  },
  {
    files: ['**/*.test.ts', '**/*.test.tsx', 'test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', 'max-params': 'off' },
  },
  {
    files: ['electron.vite.config.ts', 'test/vitest.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
)
