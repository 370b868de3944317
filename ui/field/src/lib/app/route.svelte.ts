/**
 * Where one is, in the hash, and again after the app was killed: `#/job/<id>/<page>`.
 * Refuses to keep anything but the place; what is on a screen always comes from the device.
 */
const KEPT = 'gongdan.place';
const HOME = '#/today';

const place = $state({ hash: start() });

function start(): string {
  if (location.hash.length > 2) return location.hash;
  const kept = localStorage.getItem(KEPT);
  if (kept === null || kept === '') return HOME;
  history.replaceState(null, '', kept);
  return kept;
}

window.addEventListener('hashchange', () => {
  place.hash = location.hash.length > 2 ? location.hash : HOME;
  localStorage.setItem(KEPT, place.hash);
});

export const route = {
  get hash(): string {
    return place.hash;
  },
  /** The parts between the slashes, decoded. */
  get parts(): string[] {
    const path = place.hash.replace(/^#\//, '').split('?')[0] ?? '';
    return path.split('/').filter((part) => part !== '').map(decodeURIComponent);
  },
  /** A parameter behind the question mark. */
  asked(name: string): string | undefined {
    const pair = (place.hash.split('?')[1] ?? '').split('&').find((one) => one.startsWith(`${name}=`));
    return pair === undefined ? undefined : decodeURIComponent(pair.slice(name.length + 1));
  },
};

export function go(hash: string): void {
  if (location.hash === hash) return;
  location.hash = hash;
  place.hash = hash;
  localStorage.setItem(KEPT, hash);
}

export const jobPlace = (job: string, page: string): string => `#/job/${job}/${page}`;
