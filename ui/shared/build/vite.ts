/**
 * The Vite settings that both faces share: Svelte, Chinese fonts as woff2 slices, one output folder.
 * Refuses to know a screen, a route or a server address.
 */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin, UserConfig } from 'vite';

/** The packaged fonts name a woff twin beside each woff2; every browser that runs this reads woff2. */
export function woff2Only(): Plugin {
  return {
    name: 'gongdan-woff2-only',
    enforce: 'pre',
    transform(code, id) {
      if (!/@fontsource\/.*\.css(\?|$)/.test(id)) return null;
      return { code: code.replace(/,\s*url\([^)]*\.woff\) format\('woff'\)/g, ''), map: null };
    },
  };
}

export function face(port: number): UserConfig {
  return {
    plugins: [woff2Only(), svelte()],
    clearScreen: false,
    server: { port, strictPort: true },
    build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  };
}
