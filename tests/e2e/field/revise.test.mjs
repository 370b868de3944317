// After the seal: a customer who had not signed signs later, the order is corrected with a reason and signed again, its revisions lie side
// by side (G3, G5); a number that leads to no order is voided (G1); a signature that cannot be stored is said over everything else.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser } from '../office/browser.mjs';
import { company } from '../office/company.mjs';
import { visit } from '../office/visit.mjs';
import { bridge } from './bridge.mjs';
import { field, until } from './finger.mjs';
import { onFullDisk, signOnFullDisk } from './walk.mjs';

let browser;
let firm;
let tablet;
let finger;

before(async () => {
  [browser, firm, tablet] = await Promise.all([openBrowser(), company(), bridge()]);
  finger = await field(browser, tablet);
  await finger.enrol(firm, 'zhang');
});
after(async () => {
  await browser?.close();
  await tablet?.close();
  await firm?.close();
});

async function picture(name) {
  if (!process.env.GONGDAN_PICTURES) return;
  mkdirSync(process.env.GONGDAN_PICTURES, { recursive: true });
  await finger.page.screenshot({ path: join(process.env.GONGDAN_PICTURES, `${name}.png`) });
}

test('G3 G5 signed later, then corrected, and nothing that was sealed is touched', async () => {
  const { job, number } = await visit(tablet, 'SAMPLE-1001', { signing: 'later', deliver: false });
  const view = () => tablet.call('open_job', { job });
  await finger.open(`#/job/${job}/done`);
  await finger.tap('attest');
  await finger.there('/attest');
  await finger.at('order-paper').waitFor();
  await finger.reads('next', /请选一种/);
  assert.equal(await finger.at('signature-pad').count(), 0, 'nothing is chosen for him');
  await finger.tap('sign-choice-signed');
  await finger.sign();
  await finger.tap('sign-other');
  await finger.type('sign-name', '王师傅');
  await finger.look('signing later');
  await picture('field-attest');
  await onFullDisk(finger, 'attest_order');
  await finger.tap('seal-again');
  await finger.there('/done');
  await finger.says(/王师傅 后来签了字/);
  assert.equal((await view()).state.seals.length, 1, 'the order stays as it was');

  await finger.tap('correct-order');
  await finger.type('field-revision_reason', '建议写错');
  await finger.look('the end of a visit with a correction');
  await picture('field-done');
  await finger.tap('correct-order');
  await finger.there('/order');
  await finger.says(/正在更正：第 2 版/);
  const { visit: of, visit_fields: fields } = await view();
  await tablet.call('write_field', { entity: { kind: 'visit', id: of }, field: 'suggestions', value: '每天吹扫', seen: fields.suggestions.heads });
  await finger.page.reload();
  await finger.says(/每天吹扫/);
  await finger.look('a correction');
  await picture('field-correction');
  await finger.reads('next', /给客户/);
  await finger.tap('next');
  await finger.there('/sign');
  await finger.reads('order-supersedes', /建议写错/);
  await finger.reads('sign-changes', /每天吹扫/);
  await finger.page.context().grantPermissions(['geolocation']);
  await finger.page.context().setGeolocation({ latitude: 31.3, longitude: 120.6, accuracy: 20 });
  await finger.tap('rating-quality-satisfied');
  await finger.tap('rating-attitude-fair');
  await finger.look('a rating that is not confirmed yet');
  await finger.tap('rate');
  await finger.says(/评价已确认/);
  await finger.look('a confirmed rating');
  await picture('field-rated');
  await finger.page.reload();
  await finger.says(/评价已确认/);
  assert.equal(await finger.at('rating-attitude-satisfied').count(), 0, 'after a restart it stands');
  // Whoever holds the tablet can begin it anew: the office is told what was said first (`rating_altered`).
  await finger.tap('rate-again');
  await finger.tap('rating-attitude-satisfied');
  await finger.says(/签字的地点会和工作单一起记下/);
  await finger.tap('sign-choice-signed');
  await finger.sign();
  await picture('field-sign');
  await finger.tap('next');
  await finger.there('/done');
  const sealed = await until(view, ({ state }) => state.seals.length === 2, 'the second revision should be sealed');
  assert.equal(sealed.delivery.order_no, number, 'all revisions bear one number');
  await finger.tap('revisions');
  await finger.there('/revisions');
  await finger.at('field-changes-2').getByText('每天吹扫').waitFor();
  await finger.look('revisions');
  await picture('field-revisions');
  await finger.tap('field-revision-1');
  await finger.says(/进风口加滤棉/);
  await finger.tap('field-print-1');
  await finger.says(/-R1_/);
});

test('G1 a number that leads to no order is voided with a reason', async () => {
  const { job } = await visit(tablet, 'SAMPLE-1004', { seal: false, deliver: false });
  await finger.open(`#/job/${job}/order`);
  const first = (await tablet.call('preview_order', { job })).document.order_no;
  await finger.tap('void-number');
  await finger.type('field-void_reason', '写错客户');
  await finger.look('voiding a number');
  await finger.tap('void-number');
  const next = await until(async () => (await tablet.call('preview_order', { job })).document.order_no, (drawn) => drawn !== first, 'the order should get the next number');
  await finger.says(new RegExp(next));
});

test('G3 a signature that cannot be stored is said over everything else, and is stored from there', async () => {
  const { stops, others } = await tablet.call('agenda');
  const views = await Promise.all([...stops, ...others].map(({ job }) => tablet.call('open_job', { job })));
  const { job } = views.find((one) => one.machine?.fields.serial_no?.value === 'SAMPLE-1004');
  await finger.open(`#/job/${job}/sign`);
  await signOnFullDisk(finger);
  await finger.says(/签字没有存下来/);
  await picture('field-lost');
  assert.deepEqual(await finger.axe(), []);
  await finger.tap('seal-again');
  await finger.there('/done');
  assert.equal((await tablet.call('open_job', { job })).state.seals.length, 1);
});
