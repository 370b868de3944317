// A company that begins, with nothing but an administrator: what the product brings is published at one press, and every page stands.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { bridge, PIN } from '../field/bridge.mjs';
import { until } from '../field/finger.mjs';
import { office } from '../field/office.mjs';
import { look, openBrowser, signedIn } from './browser.mjs';
import { company } from './company.mjs';
import { visit } from './visit.mjs';

let browser;
let firm;
let console;
let tablet;

before(async () => {
  [browser, firm, tablet] = await Promise.all([openBrowser(), company({ demo: false }), bridge()]);
  console = await signedIn(browser, firm, 'admin');
});
after(async () => {
  await browser?.close();
  await tablet?.close();
  await firm?.close();
});

test('F1 C4 a company without published data is told so, and begins with the samples at one press', async () => {
  const ask = await office(firm, 'admin');
  const reads = (pattern) => until(() => console.page.locator('body').innerText(), (said) => pattern.test(said), `the page should say ${pattern}`);
  for (const place of await console.page.locator('[data-testid^="rail-"]').evaluateAll((found) => found.map((one) => one.dataset.testid))) {
    await console.at(place).click();
    await look(console, `${place} of a company that begins`);
  }
  await console.at('rail-fees').click();
  await reads(/还没有公布收费标准/);
  await console.at('rail-settings').click();
  await reads(/还没有公布：收费标准、保修方案、自检清单/);
  await look(console, 'a company that begins');
  await console.at('publish-starter').click();
  await console.at('starter').waitFor({ state: 'detached' });
  const kinds = (await ask('reference_list', {})).map((row) => row.kind);
  assert.ok(['fee_schedule', 'kit_template', 'safety_template', 'deadline_rules', 'calendar'].every((kind) => kinds.includes(kind)), kinds.join());
  assert.ok(!kinds.includes('company_profile'), 'who the company is, it says itself');
  await console.at('rail-fees').click();
  await reads(/收费标准样例/);
  assert.match(JSON.stringify(await ask('list_audit', { before: null })), /fee_schedule 2024-A/);
});

test('A1 G4 from nothing to the first order: an account, a call, a visit, and the office has it', async () => {
  const ask = await office(firm, 'admin');
  await ask('create_account', { login: 'zhao', name: '赵工', role: 'technician' });
  const { people } = await ask('list_devices', {});
  const { person } = people.find((one) => one.login === 'zhao');
  const { code } = await ask('create_enrolment_code', { person: person.id });
  const assign = { technicians: [person.id], leader: person.id, planned_at: null };
  const customer = { kind: 'new', fields: { name: '样例云杉机械厂', contact_name: '何师傅', phone: '000-0000-0101', address: '虚构路 1 号' } };
  const machine = { kind: 'new', fields: { brand: '示例牌', model: 'EX-37', serial_no: 'SAMPLE-1', power_kw: '37', run_hours: '12000' } };
  await ask('create_job', { job: randomUUID(), customer, machine, assign, symptom: '高温停机', service_kind: 'repair', urgency: 'down' });
  await tablet.call('enrol', { server: firm.url, code, pin: PIN, device_name: '平板 01' });
  const { number } = await visit(tablet, 'SAMPLE-1');
  const { rows } = await until(() => ask('list_orders', { filter: 'all', text: number }), (list) => list.rows.length === 1, 'the office should have the order');
  assert.equal(rows[0].number, number);
});
