/**
 * What the keyboard does on the screen that is shown. A page says its keys; the one listener of the application obeys them,
 * and `?` lists them. Single letters are letters while somebody types.
 */
import { untrack } from 'svelte';

export interface Shortcut {
  /** As shown: `E`, `/`, `Ctrl Enter`, `Alt 1`. */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
}

type Told = () => readonly Shortcut[];
let sets = $state.raw<readonly Told[]>([]);

/** Inside a component only: its keys live as long as it does. */
export function useKeys(shortcuts: Told): void {
  $effect(() => {
    untrack(() => (sets = [...sets, shortcuts]));
    return () => {
      sets = sets.filter((set) => set !== shortcuts);
    };
  });
}

/** Everything that works now, the innermost component last. */
export function allKeys(): readonly Shortcut[] {
  return sets.flatMap((set) => set());
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function pressed(event: KeyboardEvent): string {
  const name = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  const parts = [...(event.ctrlKey || event.metaKey ? ['Ctrl'] : []), ...(event.altKey ? ['Alt'] : [])];
  return [...parts, event.altKey && digit !== undefined ? digit : name].join(' ');
}

/** The window's only listener for shortcuts. */
export function obey(event: KeyboardEvent): void {
  if (event.isComposing || event.defaultPrevented || event.repeat) return;
  const wanted = pressed(event);
  if (isTyping(event.target) && !/^(Ctrl|Alt) /.test(wanted)) return;
  const found = allKeys().findLast((shortcut) => shortcut.keys === wanted);
  if (found === undefined) return;
  event.preventDefault();
  found.run();
}

/** Arrow keys belong to the list of the screen, wherever the focus happens to be. */
export function arrowsToList(event: KeyboardEvent): void {
  if (event.defaultPrevented || isTyping(event.target) || !/^Arrow(Up|Down)$/.test(event.key)) return;
  if (event.target instanceof Element && event.target.closest('[role=listbox],[role=radiogroup],[role=tablist],fieldset,[role=region]')) return;
  const list = document.querySelector<HTMLElement>('main [role=listbox]');
  if (list === null) return;
  event.preventDefault();
  list.focus();
  list.dispatchEvent(new KeyboardEvent('keydown', { key: event.key, bubbles: true }));
}
