// The papers of a visit in the real app: a receipt that is issued, voided and issued again; a hazard notice that a customer signs; a refused
// replacement; invoice data. Each is on the list afterwards, and its PDF is a file with a name that finds it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { openBrowser } from '../office/browser.mjs';
import { company } from '../office/company.mjs';
import { bridge } from './bridge.mjs';
import { field, jobOf, until } from './finger.mjs';
import { onFullDisk } from './walk.mjs';

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
  await finger.tap(`stop-${job}`);
});
after(async () => {
  await browser?.close();
  await tablet?.close();
  await firm?.close();
});

const papers = async () => (await tablet.call('open_job', { job })).state.papers;

async function begin(kind) {
  await finger.tap('papers');
  await finger.there('/papers');
  await finger.tap(`paper-${kind}`);
  await finger.there(`/papers?paper=${kind}`);
}

/** Shows it to the customer and ends it there. */
async function end(kind) {
  await finger.tap('next');
  await finger.there(`/paper-sign?paper=${kind}`);
  await finger.says(/-[0-9]{4}/);
}

test('F3 a receipt is issued, voided with its reason, and the next one is named on it', async () => {
  await begin('receipt');
  await finger.look('receipt form');
  await finger.type('field-payer', '样例付款单位');
  await finger.type('field-receipt_sum', '350');
  await end('receipt');
  await finger.look('receipt before it is issued');
  await finger.tap('next');
  await finger.there('/papers');
  const [first] = await until(papers, (all) => all.length === 1, 'the receipt should be issued');
  assert.match(first.no, /^SJ-/);
  assert.equal(first.sum_fen, 35_000);
  await finger.tap('after-void');
  await finger.type('field-after_paper', '金额录错');
  await finger.tap('do-after-paper');
  await until(papers, ([one]) => one.voided !== null, 'the receipt should be void');
  await begin('receipt');
  await finger.type('field-receipt_sum', '360');
  await end('receipt');
  await finger.tap('next');
  const all = await until(papers, (now) => now.length === 2 && now.every((one) => one.voided?.successor !== ''), 'the void one should name the next');
  const [voided, valid] = [all.find((one) => one.voided !== null), all.find((one) => one.voided === null)];
  assert.equal(voided.voided.successor, valid.no);
});

test('E6 G3 a hazard notice is read, decided and signed by the customer', async () => {
  await begin('hazard_notice');
  await finger.type('field-hazard_what_0', '储气罐安全阀校验过期');
  await finger.type('field-hazard_remedy_0', '换已校验的安全阀后投用');
  await finger.look('hazard form');
  await finger.tap('next');
  await finger.there('/paper-sign?paper=hazard_notice');
  // What is printed over his signature he has read: what his answer costs him, and what signing means.
  await finger.says(/储气罐安全阀校验过期[\s\S]*签字表示收到，不表示放弃任何权利/);
  await finger.says(/仍按原要求；由上述隐患造成的停机和损坏不在保修范围内/);
  await finger.tap('decision-as_wished');
  await finger.tap('sign-choice-signed');
  await finger.sign();
  await finger.look('hazard before it is sealed');
  // A signature that could not be stored is said over everything else, on every page where one is given.
  await finger.page.setViewportSize({ width: 800, height: 1280 });
  await onFullDisk(finger, 'seal_paper');
  assert.ok(await finger.at('signature-lost').evaluate((one) => one.getBoundingClientRect().top >= 0), 'in sight');
  await finger.page.setViewportSize({ width: 1280, height: 800 });
  await finger.tap('seal-again');
  const all = await until(papers, (now) => now.some((one) => one.kind === 'hazard_notice'), 'the notice should be sealed');
  const notice = all.find((one) => one.kind === 'hazard_notice');
  assert.match(notice.no, /^YH-/);
});

test('E7 a refused replacement names what is missing and keeps what was typed', async () => {
  await begin('declined_replacement');
  await finger.type('field-declined_part', '油分芯');
  await finger.tap('next');
  await finger.there('/paper-sign?paper=declined_replacement');
  await finger.says(/还没写：检查情况、更换的好处/);
  await finger.tap('next');
  await finger.there('/papers?paper=declined_replacement');
  assert.equal(await finger.at('field-declined_part').inputValue(), '油分芯');
  await finger.page.reload();
  await until(() => finger.at('field-declined_part').inputValue(), (said) => said === '油分芯', 'what was typed should be kept');
});

test('F3 invoice data come from the archive, and G7 every paper is a file with its name', async () => {
  await begin('invoice');
  await finger.type('field-invoice_tax_no', '91350100M000100Y44');
  await finger.says(/校验位对不上/);
  await finger.look('invoice form');
  await finger.tap('next');
  await finger.there('/papers');
  await until(async () => (await tablet.call('open_job', { job })).state.invoice, (invoice) => invoice?.tax_no === '91350100M000100Y44', 'the request should be kept');
  await finger.look('papers');
  for (const key of ['invoice', 'card', 'id']) {
    await finger.tap(`document-${key}`);
    await finger.says(/已存到/);
  }
  const receipt = (await papers()).find((one) => one.kind === 'receipt');
  const of = { job, document: { which: 'paper', paper: receipt.paper }, language: 'both' };
  const saved = await tablet.call('save_document', { of, place: 'app' });
  assert.match(saved.name, /^SJ-[A-Z0-9]+-\d{4}-\d{4}_.+_\d{4}-\d\d-\d\d\.pdf$/);
  assert.equal(readFileSync(saved.path).subarray(0, 5).toString(), '%PDF-');
});
