import js from '@eslint/js'
import tseslint from 'typescript-eslint'

const PURE = [
  'verify/model/**/*.ts',
  'verify/spec/parse.ts',
  'verify/compress/**/*.ts',
  'verify/grafana/**/*.ts',
  'verify/plan/**/*.ts',
  'verify/judge/**/*.ts',
  'verify/report/**/*.ts',
  'verify/lint/checks/**/*.ts',
  'verify/text/**/*.ts',
  'verify/logs/selector.ts',
  'verify/logs/record-rows.ts',
  'verify/trace/**/*.ts',
  'verify/routing/**/*.ts',
  'verify/promql/**/*.ts',
  'lab/relocate/**/*.ts',
]
const WORLD = ['Date', 'fetch', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'performance', 'Buffer']

export default tseslint.config(
  { ignores: ['node_modules/', '**/target/', 'reports/', 'monitoring/**/*.js'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'node:child_process',
              importNames: ['exec', 'execSync'],
              message: 'argv arrays, never shell strings: use spawn or execFile.',
            },
          ],
        },
      ],
      // What prettier can break it breaks at 140; comments are ours to break. A text in quotes stays in one piece, so that it can be searched for.
      'max-len': ['error', { code: 140, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
      'eqeqeq': 'error',
      'no-console': 'error',
      // Names from configuration of strangers end up in regexes and messages; control characters there are on purpose.
      'no-control-regex': 'off',
    },
  },
  {
    // Purity as a lint message, not as a remark in a review.
    files: PURE,
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...WORLD.map((name) => ({ name, message: 'This folder is pure: the world comes in as an argument.' })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'This folder is pure: hand in a seeded generator.' },
      ],
    },
  },
  { files: ['scenarios/**/*.ts'], languageOptions: { globals: { __ENV: 'readonly', __VU: 'readonly', __ITER: 'readonly' } } },
)
