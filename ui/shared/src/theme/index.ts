/**
 * The look in one import: fonts (bundled, no network), tokens, densities, ground.
 * Refuses to remember the chosen theme; the caller stores it.
 */
import '@fontsource/noto-sans-sc/400.css';
import '@fontsource/noto-sans-sc/600.css';
import '@fontsource/jetbrains-mono/latin-400.css';
import '@fontsource/jetbrains-mono/latin-600.css';
import './tokens.css';
import './density.css';
import './base.css';

export type Theme = 'day' | 'night' | 'auto';
export type Face = 'field' | 'office' | 'customer';

export function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

export function setFace(face: Exclude<Face, 'customer'>): void {
  document.documentElement.dataset.face = face;
}
