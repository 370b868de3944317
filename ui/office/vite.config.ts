import { defineConfig } from 'vite';
import { face } from '../shared/build/vite.ts';

export default defineConfig(face(5174));
