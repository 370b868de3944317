/** What this person likes on this machine: language and theme. Kept in the browser, never on the server. */
import { setTheme, type Theme } from '@gongdan/shared/theme';
import { setLanguage, type Language } from '@gongdan/shared/words';

const LANGUAGE = 'gongdan.language';
const THEME = 'gongdan.theme';

function read<V extends string>(key: string, known: readonly V[], usual: V): V {
  const kept = window.localStorage.getItem(key);
  return known.find((value) => value === kept) ?? usual;
}

const state = $state<{ theme: Theme }>({ theme: 'auto' });

export function theme(): Theme {
  return state.theme;
}

export function chooseTheme(next: Theme): void {
  state.theme = next;
  setTheme(next);
  window.localStorage.setItem(THEME, next);
}

export function chooseLanguage(next: Language): void {
  setLanguage(next);
  window.localStorage.setItem(LANGUAGE, next);
}

export function restorePreferences(): void {
  chooseTheme(read<Theme>(THEME, ['auto', 'day', 'night'], 'auto'));
  setLanguage(read<Language>(LANGUAGE, ['zh', 'en'], 'zh'));
}
