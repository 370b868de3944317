// The arrows of the UI, checked by machine: who may import whom, and where the outside world begins.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import noFrozenWords from './ui/shared/lint/no-frozen-words.js';
import noRawColours from './ui/shared/lint/no-raw-colours.js';

const LUCIDE = {
  name: '@lucide/svelte',
  message: 'Import one icon: @lucide/svelte/icons/<name>. The barrel makes builds ten times slower.',
};
const TAURI = { group: ['@tauri-apps/*'], message: 'The shell is reached through backend/ only.' };
const OTHER_FACE = (face) => ({
  group: [`@gongdan/${face}`, `@gongdan/${face}/*`, `**/ui/${face}/**`, `**/../${face}/**`],
  message: 'Field and office never import each other; what both need lives in ui/shared.',
});
const imports = (...patterns) => ({
  'no-restricted-imports': ['error', { paths: [LUCIDE], patterns: [TAURI, ...patterns] }],
});
const OUTSIDE = ['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource'].map((name) => ({
  name,
  message: 'The network is reached through backend/ only.',
}));

export default ts.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'target/**', 'ui/shared/src/generated/**'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    plugins: { gongdan: { rules: { 'no-frozen-words': noFrozenWords, 'no-raw-colours': noRawColours } } },
    rules: {
      'no-restricted-globals': ['error', ...OUTSIDE],
      'no-undef': 'off',
      'svelte/no-navigation-without-resolve': 'off',
      ...imports(),
    },
  },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  { files: ['**/*.svelte'], rules: { 'gongdan/no-frozen-words': 'error', 'gongdan/no-raw-colours': 'error', 'prefer-const': 'off', 'svelte/prefer-const': 'off' } },
  { files: ['ui/field/**'], rules: imports(OTHER_FACE('office')) },
  { files: ['ui/office/**'], rules: imports(OTHER_FACE('field')) },
  { files: ['ui/shared/**'], rules: imports(OTHER_FACE('field'), OTHER_FACE('office')) },
  {
    files: ['**/backend/**'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-imports': ['error', { paths: [LUCIDE] }] },
  },
);
