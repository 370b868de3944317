// One vitest run for the three workspaces; a browser-like page, no network.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte({ configFile: 'ui/shared/svelte.config.js' }), svelteTesting()],
  test: {
    environment: 'jsdom',
    server: { deps: { inline: [/@lucide\/svelte/] } },
    setupFiles: ['ui/shared/build/test-page.ts'],
    include: ['ui/*/src/**/*.test.ts'],
    env: { TZ: 'America/New_York' },
  },
});
