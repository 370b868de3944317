// What the company asks of a tablet in the middle of work: a new code where its data was copied, and to hand a visit over that is under way.
// Nothing has to be entered again, and nothing vanishes before the person has answered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser } from '../office/browser.mjs';
import { company } from '../office/company.mjs';
import { depart } from '../office/visit.mjs';
import { bridge, PIN } from './bridge.mjs';
import { field, jobOf, until } from './finger.mjs';
import { office } from './office.mjs';

let browser;
let firm;
let tablet;
let copy;
let finger;
let ask;
let admin;

before(async () => {
  [browser, firm, tablet] = await Promise.all([openBrowser(), company(), bridge()]);
  finger = await field(browser, tablet);
  await finger.enrol(firm, 'zhang');
  [ask, admin] = await Promise.all([office(firm, 'lu'), office(firm, 'admin')]);
});
after(async () => {
  await browser?.close();
  await tablet?.close();
  await copy?.close();
  await firm?.close();
});

const note = (device, job, text) => device.call('record', { about: { job, visit: null }, fact: { kind: 'note_added', body: { text } } });
const mood = async (device) => {
  await device.call('sync_now');
  return (await device.call('status')).sync.mood;
};

test('L4 a tablet whose data was copied says so on every page, and goes on with a code that is typed in', async () => {
  const job = await jobOf(tablet, 'SAMPLE-1001');
  copy = await tablet.copied();
  await Promise.all([tablet, copy].map((one) => one.call('unlock', { pin: PIN })));
  await firm.stopServer();
  await note(tablet, job, '本机写的');
  await note(copy, job, '另一台写的');
  await firm.startServer();
  for (const one of [copy, tablet]) await until(() => mood(one), (now) => now === 'copied', 'both should be told');
  await finger.page.reload();
  await finger.says(/这台平板的数据被复制过[\s\S]*新的登记码/);
  await finger.look('copied');
  await finger.type('again-code', 'ZZZZ-ZZZZ');
  await finger.tap('again-go');
  await finger.says(/这个登记码不认识/);

  const { people } = await admin('list_devices', {});
  const { person } = people.find((one) => one.login === 'zhang');
  const { code } = await admin('create_enrolment_code', { person: person.id });
  await finger.type('again-code', code);
  await finger.tap('again-go');
  await finger.at('again-code').waitFor({ state: 'detached' });
  await finger.delivered();
  const arrived = async () => JSON.stringify((await ask('open_job', { job })).timeline);
  await until(arrived, (said) => said.includes('本机写的'), 'what was written should be at the office');
});

test('L2 a visit under way is asked for: the job stays until the person has answered', async () => {
  const { job } = await depart(tablet, 'SAMPLE-1002');
  await finger.delivered();
  const others = (await ask('technicians', {})).filter((one) => one.person.name !== '张晓峰');
  const { id, name } = others[0].person;
  const give = () => ask('assign_job', { job, technicians: [id], leader: id, planned_at: null });
  await give();
  await finger.open(`#/job/${job}/arrive`);
  await finger.says(new RegExp(`公司想把这次上门交给${name}`));
  await finger.look('asked to hand over');
  await finger.tap('handover-keep');
  await finger.look('why not');
  await finger.type('handover-why', '快修好了');
  await finger.tap('handover-keep-now');
  await finger.at('handover-why').waitFor({ state: 'detached' });
  const answer = async () => (await ask('open_job', { job })).visit.handover?.answer;
  await until(answer, (said) => said?.reason === '快修好了', 'the office should see why');

  await give();
  await finger.open('#/todo');
  await finger.says(new RegExp(`公司想把这次上门交给${name}`));
  await finger.look('a visit to hand over');
  await finger.open(`#/job/${job}/arrive`);
  await finger.tap('handover-give');
  await until(async () => (await ask('open_job', { job })).row.leader, (leader) => leader === id, 'it should be handed over');
  const held = async () => (await tablet.call('agenda')).stops.concat((await tablet.call('agenda')).others).some((stop) => stop.job === job);
  await until(held, (still) => !still, 'and leave this tablet');
  assert.ok(JSON.stringify((await ask('open_job', { job })).timeline).includes('departed'), 'with what was done');
});
