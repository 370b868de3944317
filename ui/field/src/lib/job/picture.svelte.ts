/** Pictures of the device as addresses for `<img>`: asked once, kept while the page lives, by their hash. */
import { device } from '../device.ts';

class Picture {
  src = $state<string>();
}

const known: { [key: string]: Picture } = {};

export function picture(hash: string, thumb: boolean): Picture {
  const key = `${hash}/${thumb}`;
  const found = known[key];
  if (found !== undefined) return found;
  const made = new Picture();
  known[key] = made;
  device.download('photo', { hash, thumb }).then(
    (bytes) => (made.src = URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' }))),
    () => delete known[key],
  );
  return made;
}
