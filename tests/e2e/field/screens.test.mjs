// Every place outside a visit, in both languages, by day and by night, upright and lying, and on a small laptop.
import { after, before, test } from 'node:test';
import { openBrowser } from '../office/browser.mjs';
import { company } from '../office/company.mjs';
import { bridge } from './bridge.mjs';
import { field, jobOf } from './finger.mjs';

let browser;
let firm;
let tablet;
let finger;
let job;

before(async () => {
  [browser, firm, tablet] = await Promise.all([openBrowser(), company(), bridge()]);
  finger = await field(browser, tablet);
  await finger.enrol(firm, 'zhang');
  job = await jobOf(tablet, 'SAMPLE-1001');
});
after(async () => {
  await browser?.close();
  await tablet?.close();
  await firm?.close();
});

for (const place of ['today', 'schedule', 'search', 'customers', 'customers/CUSTOMER', 'knowledge', 'knowledge/F13', 'fees', 'fees/show', 'todo', 'register', 'me', 'me/work-id']) {
  test(`J3 L5 ${place} stands on every window, in both languages, by day and by night`, async () => {
    const { customer } = await tablet.call('open_job', { job });
    await finger.open(`#/${place.replace('CUSTOMER', customer.id)}`);
    await finger.page.locator('main').first().waitFor();
    await finger.look(place);
  });
}
