import { defineConfig } from 'vite';
import { face } from '../shared/build/vite.ts';

const shared = face(5174);

// While working on the screens the API is the server's own (`make dev` starts it); built, the server serves the page itself.
export default defineConfig({ ...shared, server: { ...shared.server, proxy: { '/api': process.env['GONGDAN_SERVER'] ?? 'http://127.0.0.1:8610' } } });
