// What two people changed without seeing each other is settled by the one who stands there: base, mine and theirs with who and when; the
// answer is a change of its own that reaches the office (I5, L2, L4). What the office will ask is shown and blocks nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from '../office/browser.mjs';
import { company } from '../office/company.mjs';
import { visit } from '../office/visit.mjs';
import { bridge } from './bridge.mjs';
import { field, jobOf, until } from './finger.mjs';
import { office } from './office.mjs';

const BASE = '0000-5550101';
const MINE = '0000-5550184';
const THEIRS = '0000-5550144';
let browser;
let firm;
let tablet;
let finger;
let ask;
let customer;

before(async () => {
  [browser, firm, tablet] = await Promise.all([openBrowser(), company(), bridge()]);
  finger = await field(browser, tablet);
  await finger.enrol(firm, 'zhang');
  customer = (await tablet.call('open_job', { job: await jobOf(tablet, 'SAMPLE-1001') })).customer;
  // The technician corrects the number without a network, the office corrects it meanwhile.
  await firm.stopServer();
  await tablet.call('write_field', { entity: { kind: 'customer', id: customer.id }, field: 'phone', value: MINE, seen: customer.fields.phone.heads });
  await finger.open('#/todo');
  await finger.reads('sync-sentence', /离线，1 条待上传/);
  await finger.look('waiting without a network');
  await tablet.restart();
  await firm.startServer();
  ask = await office(firm, 'lu');
  const { fields } = await ask('open_customer', { customer: customer.id });
  await ask('correct_archive', { entity: { kind: 'customer', id: customer.id }, field: 'phone', value: THEIRS, seen: fields.phone.heads });
  await finger.page.reload();
  await finger.unlock();
});
after(async () => {
  await browser?.close();
  await tablet?.close();
  await firm?.close();
});

test('L4 the sentence leads to the conflict, and all three values stand there with who and when', async () => {
  await finger.reads('sync-sentence', /1 条需要处理/);
  await finger.tap('sync-sentence');
  await finger.there('/todo');
  const sheet = () => finger.page.locator('main').innerText();
  const text = await until(sheet, (said) => said.includes(THEIRS), 'the other value should be shown');
  for (const value of [BASE, MINE, THEIRS]) assert.ok(text.includes(value), `${value} should be shown: ${text}`);
  assert.match(text, /我改的[\s\S]*(今天|昨天) \d\d:\d\d/);
  assert.match(text, /陆青改的/);
  await finger.look('a conflict');
});

test('I5 nothing is chosen beforehand; the button names the choice, and settling reaches the office', async () => {
  await finger.reads('next', /先选一个/);
  await finger.tap('next');
  assert.equal((await tablet.call('sync_list')).conflicts.length, 1, 'asking for nothing settles nothing');
  await finger.page.locator('label', { hasText: THEIRS }).click();
  await finger.reads('next', new RegExp(THEIRS));
  await finger.tap('next');
  await until(() => tablet.call('sync_list'), ({ conflicts }) => conflicts.length === 0, 'the conflict should be settled');
  await finger.delivered();
  const settled = await until(() => ask('open_customer', { customer: customer.id }), ({ fields }) => fields.phone.heads.length === 1, 'one value should be left at the office');
  assert.equal(settled.fields.phone.value, THEIRS);
});

test('H4 L4 what the office will ask about is named with its customer and its figure, and needs nobody', async () => {
  const call = (command, args) => tablet.call(command, args);
  const upload = async (args, bytes) => {
    const answer = await fetch(`${tablet.url}/upload/photo`, { method: 'POST', headers: { 'content-type': 'application/octet-stream', 'x-args': encodeURIComponent(JSON.stringify(args)) }, body: bytes });
    assert.ok(answer.ok, 'the photo is taken');
  };
  await visit({ call, upload }, 'SAMPLE-1001', { signing: 'declined', quality: 'dissatisfied' });
  await finger.open('#/todo');
  await finger.says(/公司会问到的[\s\S]*客户不满意[\s\S]*样例星河纺织/);
  await finger.reads('sync-sentence', /全部已送达/);
  await finger.look('findings about the own work');
});

test('L4 a refused change and a lost photo say why and what to do', async () => {
  // Neither can be made by a finger: the page is told of them as the device tells it.
  const at = new Date().toISOString();
  const refused = { device_seq: 41, at, what: ['write:machine.serial_no'], about: '样例长风水泥', problem: { code: 'change_malformed', message: '', details: null, incident: '' }, entered: [{ field: 'serial_no', value: 'SAMPLE-1014' }], read: false };
  const lost = { hash: 'f'.repeat(64), about: '样例星河纺织', photo: 'fault', caption: '旧阀芯', at };
  await finger.page.route('**/call/sync_list', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), refused: [refused], lost: [lost] } });
  });
  await finger.page.reload();
  await finger.at('need-refused/41').click();
  await finger.says(/你填的内容[\s\S]*SAMPLE-1014/);
  await finger.look('a refused change');
  await finger.at(`need-lost/${lost.hash}`).click();
  await finger.at('declare-lost').waitFor();
  await finger.look('a lost photo');
  await finger.page.unrouteAll({ behavior: 'ignoreErrors' });
});
