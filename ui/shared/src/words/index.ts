/** What screens import of the catalogue and the formatters. */
export * from './format.ts';
export type { Language, Params, Translation } from './types.ts';
export { isKey, language, listed, localeOf, problemWords, setLanguage, t, told } from './words.svelte.ts';
export type { Key, ProblemWords } from './words.svelte.ts';
