/**
 * Where one is: a path and a query, both state. Filters, pages and selections live in the query, so that a screen can be
 * bookmarked, sent to a colleague and left with the back button.
 */
import { to, type Query } from './address.ts';

export { to };

const here = $state({ path: window.location.pathname, search: window.location.search });
const query = $derived(new URLSearchParams(here.search));

export const route = {
  get path(): string {
    return here.path;
  },
  get address(): string {
    return here.path + here.search;
  },
};

/** A value of the query; empty when it is not there. */
export function param(name: string): string {
  return query.get(name) ?? '';
}

/** The present address with some values changed. */
export function withParams(values: Query): string {
  const said: Record<string, string | number | undefined> = { ...Object.fromEntries(query) };
  Object.assign(said, values);
  return to(here.path, said);
}

function arrive(): void {
  here.path = window.location.pathname;
  here.search = window.location.search;
}

/** `replace` for what is not a step back: choosing a row, typing into a search. */
export function go(address: string, { replace = false }: { replace?: boolean } = {}): void {
  if (address === here.path + here.search) return;
  if (replace) window.history.replaceState(null, '', address);
  else window.history.pushState(null, '', address);
  arrive();
}

/** A click on a link of this console stays in the page; new tabs, downloads and documents go their usual way. */
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.target !== '' || link.hasAttribute('download') || link.origin !== window.location.origin) return;
  if (link.protocol !== window.location.protocol || link.pathname.startsWith('/api/')) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

window.addEventListener('popstate', arrive);
