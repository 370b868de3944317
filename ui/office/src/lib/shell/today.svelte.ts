/** The numbers of today that the rail, the alarm and the home page share: one question for all of them. */
import type { OfficeHome } from '@gongdan/shared/generated/OfficeHome';
import { getContext, setContext } from 'svelte';
import { ask } from '../backend.ts';
import { Loaded } from '../loaded.svelte.ts';
import { may } from '../session/session.svelte.ts';

const KEY = Symbol('today');

export function provideToday(): Loaded<OfficeHome> {
  return setContext(KEY, new Loaded(() => (may('read_office') ? ask('home', {}) : undefined)));
}

export function useToday(): Loaded<OfficeHome> {
  return getContext<Loaded<OfficeHome>>(KEY);
}
