// Pictures of both faces with real content, into test-results/screenshots/: the field app through a whole visit, lying and upright, and the
// office console that receives it; in both languages, by day and by night. Judges nothing; the tests do.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bridge } from './field/bridge.mjs';
import { DRESSES, field, jobOf } from './field/finger.mjs';
import { fill, next } from './field/walk.mjs';
import { openBrowser, openPage, signIn } from './office/browser.mjs';
import { checkout, company } from './office/company.mjs';

const pictures = join(checkout, 'test-results/screenshots');
const PLACES = ['today', 'schedule', 'search', 'customers', 'knowledge', 'knowledge/F13', 'fees', 'todo', 'register', 'me', 'me/work-id'];
const CONSOLE = ['/', '/intake', '/jobs?filter=all', '/orders?filter=all', '/callbacks', '/customers', '/conflicts', '/findings', '/fees', '/devices', '/settings'];

const [browser, firm, tablet] = await Promise.all([openBrowser(), company(), bridge()]);
try {
  const finger = await field(browser, tablet);
  let number = 0;
  const picture = async (name) => {
    number += 1;
    for (const { language, theme, width, height } of DRESSES.filter(({ width }) => width !== 1366)) {
      await finger.dress({ language, theme, width, height });
      const folder = join(pictures, 'field', `${language}-${theme}-${width}x${height}`);
      mkdirSync(folder, { recursive: true });
      await finger.page.screenshot({ path: join(folder, `${String(number).padStart(2, '0')}-${name.replaceAll('/', '-')}.png`), animations: 'disabled' });
    }
    await finger.dress();
  };
  const walked = async (page, to, filling = () => undefined) => {
    await filling(finger);
    await picture(page);
    await next(finger, to);
  };

  await finger.open();
  await picture('gate');
  await finger.enrol(firm, 'zhang');
  for (const place of PLACES) {
    await finger.open(`#/${place}`);
    await finger.page.locator('main').first().waitFor();
    if (place === 'search') {
      await finger.type('search', '阀');
      await finger.all('hit-').first().click();
    }
    await picture(place);
  }

  const job = await jobOf(tablet, 'SAMPLE-1001');
  await finger.open(`#/job/${job}/accept`);
  await finger.at('next').waitFor();
  await walked('accept', '/contact');
  await walked('contact', '/analysis', fill.contact);
  await walked('analysis', '/kit', fill.analysis);
  await picture('kit-refused');
  await walked('kit', '/depart', fill.kit);
  await walked('depart', '/arrive');
  await walked('arrive', '/safety', fill.door);
  await walked('safety', '/diagnose', fill.safety);
  await walked('diagnose', '/charge', async () => {
    await fill.diagnosis(finger);
    await finger.type('reading-ambient_c-before', '31');
    await fill.photo(finger, 'before');
    await finger.reads('next', /费/);
  });
  await walked('charge', '/estimate');
  await picture('estimate');
  await finger.tap('consent-yes');
  await finger.there('/repair');
  await walked('repair', '/order', async () => {
    await fill.repair(finger);
    await finger.reads('next', /工作单/);
  });
  await walked('order', '/sign');
  await walked('sign', '/done', async () => {
    await finger.tap('rating-quality-very_satisfied');
    await finger.tap('rating-attitude-satisfied');
    await finger.tap('sign-choice-signed');
    await finger.sign();
  });
  await finger.tap('next');
  await finger.delivered();
  await picture('done');
  await finger.close();

  for (const language of ['zh', 'en']) {
    const folder = join(pictures, 'office', `${language}-day-1440x900`);
    mkdirSync(folder, { recursive: true });
    const console = await openPage(browser, { language });
    await console.page.goto(firm.url);
    await console.at('login').waitFor();
    await console.page.screenshot({ path: join(folder, '00-sign-in.png') });
    await signIn(console, firm, 'admin');
    for (const [index, place] of CONSOLE.entries()) {
      await console.page.goto(`${firm.url}${place}`);
      await console.page.getByRole('heading', { level: 1 }).waitFor();
      await console.page.getByText(/^(正在读取|Reading)$/).first().waitFor({ state: 'detached' });
      await console.page.locator('[data-testid=live][data-live=true]').waitFor();
      await console.page.screenshot({ path: join(folder, `${String(index + 1).padStart(2, '0')}-${place.split('?')[0].slice(1) || 'home'}.png`), animations: 'disabled' });
    }
    await console.close();
  }
} finally {
  await browser.close();
  await tablet.close();
  await firm.close();
}
