// The field app from the gate through a whole visit: every place outside a job, then each step before it is left.
import { field, jobOf } from '../field/finger.mjs';
import { fill, next } from '../field/walk.mjs';
import { tabletCamera } from './camera.mjs';

const PLACES = ['today', 'schedule', 'search', 'customers', 'knowledge', 'knowledge/F13', 'fees', 'fees/show', 'todo', 'register', 'me', 'me/work-id'];

export async function visitWalk({ browser, firm, tablet }) {
  const finger = await field(browser, tablet);
  const picture = tabletCamera(finger, 'field');
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
}
