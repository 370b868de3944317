// A visit out of warranty from the agenda to the office: what the service standard forbids is refused on the way, the estimate is agreed to,
// the machine is not run in, the customer does not sign (B1–I1).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from '../office/browser.mjs';
import { company } from '../office/company.mjs';
import { bridge } from './bridge.mjs';
import { field, jobOf, until } from './finger.mjs';
import { office } from './office.mjs';
import { fill, next, RAG } from './walk.mjs';

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

const view = () => tablet.call('open_job', { job });

test('B1 B4 the call: the archive is copied by taps and the fees are announced', async () => {
  await finger.tap(`stop-${job}`);
  await finger.there('/accept');
  await finger.look('accept');
  await next(finger, '/contact');
  assert.ok((await finger.all('copy-').count()) > 0, 'the archive offers what it knows');
  await fill.contact(finger);
  await finger.look('contact');
  await next(finger, '/analysis');
  const { state, fields } = await view();
  assert.equal(state.attempts.at(-1).outcome, 'out_of_warranty');
  assert.equal(state.attempts.at(-1).fees_announced, true);
  assert.equal(fields.serial_no?.value ?? 'SAMPLE-1001', 'SAMPLE-1001');
});

test('A3 the analysis puts the parts of a probable cause into the kit', async () => {
  await fill.analysis(finger);
  await finger.look('analysis');
  await next(finger, '/kit');
});

test('C1 nobody departs without the rag: it is named, and no release is offered for it', async () => {
  const { kit } = await view();
  const rag = kit.lines.find(({ role }) => role === 'cleaning_rag').words.zh;
  const ids = await fill.kit(finger);
  assert.ok(ids.includes(RAG));
  await finger.reads('next', /出发/);
  await finger.tap(RAG);
  await finger.says(new RegExp(`还不能出发，缺 1 项必带：${rag.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`));
  assert.equal(await finger.at('next-other').count(), 0, 'no release is offered');
  await finger.look('kit without the rag');
  await finger.tap('next');
  await finger.there('/kit');
  await assert.rejects(tablet.call('depart', { job }), /kit_incomplete/);

  const other = ids.find((id) => id !== RAG);
  await finger.tap(other);
  await finger.tap('next-other');
  await finger.at('release-reason').waitFor();
  const offered = await finger.page.locator('section').filter({ has: finger.at('release-reason') }).innerText();
  assert.ok(!offered.includes(rag), `the rag is not among what may be released: ${offered}`);
  await finger.look('kit release');
  await finger.tap(other);
  await finger.tap(RAG);
  await finger.reads('next', /出发/);
  await next(finger, '/depart');
  assert.notEqual((await view()).state.departed_at, null);
});

test('D1 D3 the door: three ticks, then check-in', async () => {
  await finger.look('depart');
  await next(finger, '/arrive');
  await finger.tap('tick-door-appearance');
  await finger.tap('next');
  assert.equal((await view()).state.checked_in_at, null, 'nobody is inside with a tick open');
  await finger.tap('tick-door-introduced');
  await finger.tap('tick-door-work_id_shown');
  await finger.look('arrive');
  await next(finger, '/safety');
});

test('E1 one "no" on a stop item blocks the sign-off until it is a yes', async () => {
  const ids = await fill.safety(finger);
  const { safety } = await view();
  const stop = safety.items.find((item) => item.stop_work_if_no && ids.includes(`safety-${item.code}-yes`)).code;
  await finger.tap(`safety-${stop}-no`);
  await finger.says(/有 1 项停工/);
  await finger.look('safety stopped');
  await finger.tap('next');
  await finger.there('/safety');
  assert.equal((await view()).state.safety_signed_at, null);
  await finger.tap(`safety-${stop}-yes`);
  await finger.reads('next', /签署/);
  await next(finger, '/diagnose');
  assert.notEqual((await view()).state.safety_signed_at, null);
});

test('E2 an unusual reading is asked back, an impossible one refused with its value kept, a file that is no picture not taken', async () => {
  await fill.diagnosis(finger);
  await finger.type('reading-ambient_c-before', '41');
  await finger.at('reading-ambient_c-before').blur();
  await finger.says(/41：.*真是这个数吗/);
  await finger.tap('confirm-reading');
  await until(view, ({ state }) => state.readings.some(({ key, value }) => key === 'ambient_c' && value === '41'), 'the confirmed reading should be kept');

  await finger.type('reading-discharge_temp_c-before', '300');
  await finger.at('reading-discharge_temp_c-before').blur();
  await finger.says(/300 不可能/);
  assert.equal(await finger.at('reading-discharge_temp_c-before').inputValue(), '300');
  assert.ok(!(await view()).state.readings.some(({ value }) => value === '300'), 'an impossible value is nowhere');
  await finger.look('diagnose refused');
  await finger.type('reading-discharge_temp_c-before', '92');
  await finger.at('reading-discharge_temp_c-before').blur();
  await until(view, ({ state }) => state.readings.some(({ key, value }) => key === 'discharge_temp_c' && value === '92'), 'the right reading should be kept');

  await finger.at('photo-before').setInputFiles({ name: 'before.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('this is no picture') });
  await finger.says(/这个文件不是能看的照片/);
  assert.equal((await view()).state.photos.length, 0);
  await fill.photo(finger, 'before');
  await finger.reads('next', /费/);
  await finger.look('diagnose');
  await next(finger, '/charge');
});

test('E3 F1 the estimate is in yuan and agreed to with its amount', async () => {
  const { estimate } = await view();
  assert.ok(estimate.sheet.total_fen > 0, 'out of warranty is charged');
  await finger.look('charge');
  await next(finger, '/estimate');
  await finger.reads('consent-yes', /¥\s?[\d,]+/);
  await finger.look('estimate');
  await finger.tap('consent-yes');
  await finger.there('/repair');
  assert.notEqual((await view()).state.work_started_at, null);
});

test('E11 E12 I1 not run in and not sure are said with what follows', async () => {
  await fill.repair(finger);
  await finger.reads('next', /工作单/);
  await finger.says(/2\s?小时/);
  await finger.says(/3\s?小时/);
  await finger.look('repair');
  await next(finger, '/order');
});

test('G1 G3 the customer declines to sign with a reason; the order is sealed all the same', async () => {
  await finger.look('order');
  await next(finger, '/sign');
  await finger.tap('rating-quality-satisfied');
  await finger.tap('next');
  await finger.there('/sign');
  assert.equal((await view()).state.seals.length, 0, 'nothing is sealed before one of four ways is chosen');
  await fill.declined(finger);
  await finger.look('sign');
  await next(finger, '/done');
  assert.equal((await view()).state.seals.at(-1).choice, 'declined');
});

test('D3 I1 check-out starts the clock of what is owed: two hours and three hours', async () => {
  await finger.tap('next');
  const left = await until(view, ({ state }) => state.checked_out_at !== null, 'one should have checked out');
  const out = Date.parse(left.state.checked_out_at);
  // Who leaves at night owes the call in the morning: the company's day begins at eight.
  const dues = left.obligations.filter(({ due_at: due }) => due !== null).map(({ due_at: due }) => Date.parse(due));
  const opening = (at) => new Date(at).toLocaleTimeString('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit' }) === '08:00';
  for (const hours of [2, 3]) {
    const owed = dues.some((due) => Math.abs(due - out - hours * 3_600_000) < 120_000 || (due > out + hours * 3_600_000 && opening(due)));
    assert.ok(owed, `${hours} hours after leaving, or when the day begins: ${dues.map((due) => new Date(due).toISOString())}`);
  }
  await finger.says(/已安排回访/);
  await finger.says(/还有|内|前/);
  await finger.look('done');
});

test('G6 H1 the order is delivered by itself and the office reads that it was declined', async () => {
  await finger.delivered();
  const ask = await office(firm, 'cheng');
  const { rows } = await until(() => ask('list_orders', { filter: 'all', text: 'SAMPLE-1001', page: 0 }), ({ total }) => total === 1, 'the office should have the order once');
  assert.equal(rows[0].choice, 'declined');
  const order = await ask('open_order', { order: rows[0].order });
  assert.equal(order.seal.content_ok, true);
  assert.equal(order.seal.chain_ok, true);
  assert.ok(order.document.fees.total_fen > 0);
});
