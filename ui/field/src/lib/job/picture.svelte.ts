/** Pictures of the device as addresses for `<img>`: asked once, kept while the page lives, by their hash. */
import { device } from '../device.ts';

class Picture {
  src = $state<string>();
}

const known: { [key: string]: Picture } = {};
/** A picture made while something is derived belongs to that and does not wake it when its bytes come: their coming does. */
let arrived = $state(0);

export function picture(hash: string, thumb: boolean): Picture {
  void arrived;
  const key = `${hash}/${thumb}`;
  const found = known[key];
  if (found !== undefined) return found;
  const made = new Picture();
  known[key] = made;
  device.download('photo', { hash, thumb }).then(
    (bytes) => {
      made.src = URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' }));
      arrived += 1;
    },
    () => delete known[key],
  );
  return made;
}
