// Takes the pictures: one folder a face and dress, numbered in the order of the walk. Judges nothing; the tests do.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../office/company.mjs';
import { DRESSES } from '../field/finger.mjs';

const pictures = join(checkout, 'test-results/screenshots');
const numbered = (number, name) => `${String(number).padStart(2, '0')}-${name.replaceAll('/', '-')}.png`;
/** The laptop shows what the lying tablet shows. GONGDAN_DRESS (`zh-day`) takes one language and light alone. */
const wanted = ({ language, theme, width }) => width !== 1366 && (process.env.GONGDAN_DRESS ?? `${language}-${theme}`) === `${language}-${theme}`;

async function take(page, folder, file) {
  mkdirSync(join(pictures, folder), { recursive: true });
  await page.screenshot({ path: join(pictures, folder, file), animations: 'disabled' });
}

/** Pictures of what a finger has in front of it, lying and upright, in every dress. */
export function tabletCamera(finger, walk) {
  let number = 0;
  return async (name, again = () => undefined) => {
    number += 1;
    for (const dress of DRESSES.filter(wanted)) {
      await finger.dress(dress);
      await again();
      await take(finger.page, join(walk, `${dress.language}-${dress.theme}-${dress.width}x${dress.height}`), numbered(number, name));
    }
    await finger.dress();
  };
}

/** Pictures of one page in one dress, numbered after `before`. */
export function pageCamera(page, folder, before = 0) {
  let number = before;
  return (name) => {
    number += 1;
    return take(page, folder, numbered(number, name));
  };
}
