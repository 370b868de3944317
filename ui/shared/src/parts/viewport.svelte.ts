/** How wide the window is, in the one distinction the shell knows. Refuses to know devices. */
const NARROW = '(max-width: 1023px)';
const state = $state({ portrait: false });

if (typeof window !== 'undefined' && typeof window.matchMedia === 'function') {
  const query = window.matchMedia(NARROW);
  state.portrait = query.matches;
  query.addEventListener('change', (change) => (state.portrait = change.matches));
}

export const viewport = {
  get portrait(): boolean {
    return state.portrait;
  },
};
