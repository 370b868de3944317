// What the customer drew is his: neither a tablet that is turned, nor a page that is loaded again, nor an app that is killed in the middle
// loses a stroke (G2), and the seal holds them as they were drawn. What he types beside them is looked at by the printer's eye (G7), and the
// sentence over his strokes is the paper's own (G3).
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser } from '../office/browser.mjs';
import { company } from '../office/company.mjs';
import { visit } from '../office/visit.mjs';
import { bridge } from './bridge.mjs';
import { field, until } from './finger.mjs';

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

const LYING = { width: 1280, height: 800 };
const UPRIGHT = { width: 800, height: 1280 };

async function picture(name) {
  if (!process.env.GONGDAN_PICTURES) return;
  mkdirSync(process.env.GONGDAN_PICTURES, { recursive: true });
  await finger.page.screenshot({ path: join(process.env.GONGDAN_PICTURES, `${name}.png`) });
}

/** The lines on the pad as their points: numbers of the picture's own space. */
const lines = () => finger.at('signature-pad').locator('svg path').evaluateAll((all) => all.map((one) => one.getAttribute('d').match(/-?[0-9.]+/g).map(Number)));
const count = (n) => until(async () => (await lines()).length, (found) => found === n, `${n} strokes should be on the pad`);
/** Width to height of what is drawn, in pixels of the screen. */
const shape = () => finger.at('signature-pad').locator('svg path').evaluateAll((all) => {
  const boxes = all.map((one) => one.getBoundingClientRect());
  const [left, right] = [Math.min(...boxes.map((b) => b.left)), Math.max(...boxes.map((b) => b.right))];
  const [top, bottom] = [Math.min(...boxes.map((b) => b.top)), Math.max(...boxes.map((b) => b.bottom))];
  return (right - left) / (bottom - top);
});

let job;

test('G3 the customer sees the whole order and the very sentence that is printed over his strokes', async () => {
  ({ job } = await visit(tablet, 'SAMPLE-1001', { seal: false, deliver: false }));
  const { document, sheet } = await tablet.call('preview_order', { job });
  await finger.open(`#/job/${job}/sign`);
  const paper = finger.at('order-paper');
  await paper.waitFor();
  const shown = (await paper.innerText()).replaceAll(/\s+/g, '');
  for (const line of document.fees.lines) assert.ok(shown.includes(line.words.zh.replaceAll(/\s+/g, '')), `the line ${line.words.zh} should be shown`);
  for (const text of [document.customer.phone, document.customer.address, document.head.category.zh, document.head.warranty.zh]) assert.ok(shown.includes(text.replaceAll(/\s+/g, '')), `${text} should be shown`);
  await paper.locator('img').last().scrollIntoViewIfNeeded();
  await until(() => paper.locator('img').evaluateAll((all) => all.filter((one) => one.complete && one.naturalWidth > 0).length), (n) => n === document.photos.length, 'every photo should be seen');
  assert.equal(await finger.at('sign-sentence').count(), 0, 'he has chosen nothing yet');
  await finger.look('the order before it is signed');
  await picture('field-order-unsigned');
  await finger.tap('sign-choice-signed');
  assert.equal(await finger.at('sign-sentence').innerText(), sheet.sentence.zh);
  assert.match(sheet.sentence.zh, /我已看过本单全部内容/);
});

test('G1 the technician signs once, and his strokes are there for every order, also after a kill', async () => {
  await finger.open(`#/job/${job}/order`);
  await finger.tap('own-signature');
  await finger.there('#/me');
  await finger.sign();
  await count(3);
  const kept = async () => (await tablet.call('own_signature', {})).ink?.strokes.length;
  await until(kept, (n) => n === 3, 'the device should have every stroke');
  await finger.look('one\'s own signature');
  await picture('field-own-signature');
  await tablet.restart();
  await finger.page.reload();
  await finger.unlock();
  await finger.open('#/me');
  await count(3);
  await finger.open(`#/job/${job}/order`);
  await finger.at('order-paper').locator('footer svg').waitFor();
  assert.equal(await finger.at('own-signature').count(), 0, 'nothing is asked any more');
  const { document } = await tablet.call('preview_order', { job });
  assert.equal(document.technicians[0].ink.strokes.length, 3);
});

test('G2 turned, loaded again and killed: the strokes are there, and are sealed as they were drawn', async () => {
  await finger.open(`#/job/${job}/sign`);
  await finger.at('signature-pad').waitFor();
  await finger.sign();
  await count(3);
  const kept = async () => (await tablet.call('open_job', { job })).visit_fields.signing_draft?.value?.signature?.strokes.length;
  await until(kept, (n) => n === 3, 'the device should have every stroke');
  const drawn = await shape();
  await picture('field-strokes');
  await finger.page.setViewportSize(UPRIGHT);
  await count(3);
  const near = (ratio) => Math.abs(ratio / drawn - 1) < 0.06;
  await until(shape, near, `turned upright the hand keeps its shape of ${drawn}`);
  await finger.at('signature-pad').scrollIntoViewIfNeeded();
  await picture('field-strokes-upright');
  await finger.page.reload();
  await count(3);
  await until(shape, near, 'loaded again it is the same hand');
  await finger.page.setViewportSize(LYING);
  await count(3);
  await until(shape, near, 'and turned back');
  await tablet.restart();
  await finger.page.reload();
  await finger.unlock();
  await finger.open(`#/job/${job}/sign`);
  await count(3);
  await until(shape, near, 'killed and opened again it is the same hand');
});

test('G7 a rare character in the name is said before it is sealed, and blocks nothing', async () => {
  await finger.tap('sign-other');
  assert.equal(await finger.at('unprintable').count(), 0);
  await finger.type('sign-name', '王𠮷');
  await finger.at('unprintable').getByText('𠮷').waitFor();
  await finger.look('a name that cannot be printed');
  await picture('field-unprintable');
  await finger.tap('rating-quality-satisfied');
  await finger.tap('rating-attitude-satisfied');
  await finger.tap('next');
  await finger.there('/done');
  const sealed = (await tablet.call('preview_order', { job })).document.signing;
  assert.equal(sealed.name, '王𠮷', 'his name is kept as he writes it');
  assert.equal(sealed.ink.strokes.length, 3);
  assert.ok(sealed.ink.strokes.every((stroke) => stroke.length > 8), 'every point of it');
});
