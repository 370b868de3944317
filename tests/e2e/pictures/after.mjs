// The field app beside and after a visit: papers, signing later, a correction and its revisions, a number without an order, what needs a
// person, the road without a network, and the gate when the PIN is forgotten or the data are damaged.
import { readFileSync, writeFileSync } from 'node:fs';
import { field, jobOf, until } from '../field/finger.mjs';
import { office } from '../field/office.mjs';
import { signOnFullDisk } from '../field/walk.mjs';
import { visit } from '../office/visit.mjs';
import { tabletCamera } from './camera.mjs';

const FORMS = ['receipt', 'hazard_notice', 'handover_slip', 'loaner_slip', 'declined_replacement', 'invoice'];

async function papers(finger, picture, job) {
  await finger.open(`#/job/${job}/papers`);
  await finger.at('paper-receipt').waitFor();
  await picture('papers-none');
  for (const form of FORMS) {
    await finger.open(`#/job/${job}/papers?paper=${form}`);
    await finger.at('next').waitFor();
    await picture(`paper-${form}`);
  }
  await finger.open(`#/job/${job}/papers?paper=receipt`);
  await finger.type('field-payer', '样例星河纺织有限公司');
  await finger.type('field-receipt_sum', '350');
  await finger.tap('next');
  await finger.there('/paper-sign?paper=receipt');
  await finger.says(/-[0-9]{4}/);
  await picture('paper-sign-receipt');
  await finger.tap('next');
  await finger.there('/papers');
  await finger.open(`#/job/${job}/papers?paper=hazard_notice`);
  await finger.type('field-hazard_what_0', '储气罐安全阀校验过期');
  await finger.type('field-hazard_remedy_0', '换已校验的安全阀后投用');
  await finger.tap('next');
  await finger.there('/paper-sign?paper=hazard_notice');
  await finger.tap('decision-as_wished');
  await finger.tap('sign-choice-signed');
  await finger.sign();
  await picture('paper-sign-hazard');
  await finger.tap('next');
  await finger.there('/papers');
  await finger.tap('after-void');
  await picture('papers');
}

async function revisions({ finger, tablet, picture }) {
  const { job } = await visit(tablet, 'SAMPLE-1001', { signing: 'later', deliver: false });
  const view = () => tablet.call('open_job', { job });
  await finger.open(`#/job/${job}/done`);
  await finger.at('attest').waitFor();
  await picture('done-later');
  await finger.tap('attest');
  await finger.there('/attest');
  await finger.sign();
  await finger.type('sign-name', '王师傅');
  await picture('attest');
  await finger.tap('next');
  await finger.there('/done');
  await finger.tap('correct-order');
  await finger.type('field-revision_reason', '建议写错，多记一个油滤');
  await picture('correct');
  await finger.tap('correct-order');
  await finger.there('/order');
  const { visit: of, visit_fields: fields } = await view();
  await tablet.call('write_field', { entity: { kind: 'visit', id: of }, field: 'suggestions', value: '每天吹扫散热器', seen: fields.suggestions.heads });
  await tablet.call('write_field', { entity: { kind: 'visit', id: of }, field: 'measures', value: ['换温控阀芯', '吹扫散热器', '紧固皮带'], seen: fields.measures.heads });
  await finger.page.reload();
  await finger.says(/每天吹扫/);
  await picture('correction');
  await finger.tap('next');
  await finger.there('/sign');
  await finger.tap('rating-quality-satisfied');
  await finger.tap('rating-attitude-satisfied');
  await finger.tap('sign-choice-declined');
  await finger.tap('decline-other');
  await finger.type('field-sign_words', '上一版已签');
  await picture('sign-declined');
  await finger.tap('next');
  await finger.there('/done');
  await until(view, ({ state }) => state.seals.length === 2, 'the second revision should be sealed');
  await finger.tap('revisions');
  await finger.there('/revisions');
  await finger.at('field-changes-2').waitFor();
  await picture('revisions');
}

async function numbers({ finger, tablet, picture }) {
  const { job } = await visit(tablet, 'SAMPLE-1004', { seal: false, deliver: false });
  await finger.open(`#/job/${job}/order`);
  await finger.tap('void-number');
  await finger.type('field-void_reason', '写错客户');
  await picture('void-number');
  await finger.tap('next');
  await finger.there('/sign');
  await signOnFullDisk(finger);
  await picture('signature-lost');
}

/** Two changed the same field without seeing each other; a change was refused and a photo is lost (told to the page: neither can be made by a finger). */
async function todo({ firm, finger, tablet, picture }) {
  const { customer } = await tablet.call('open_job', { job: await jobOf(tablet, 'SAMPLE-1001') });
  await firm.stopServer();
  await tablet.call('write_field', { entity: { kind: 'customer', id: customer.id }, field: 'phone', value: '0000-5550184', seen: customer.fields.phone.heads });
  await finger.open('#/todo');
  await finger.at('export-work').waitFor();
  await picture('todo-offline');
  await finger.tap('export-work');
  await finger.page.getByRole('status').filter({ hasText: /\.gdwork/ }).waitFor();
  await picture('road-exported');
  await finger.at('carry-work').setInputFiles({ name: 'letter.gdwork', mimeType: 'application/octet-stream', buffer: Buffer.from('a letter') });
  await finger.page.getByRole('alert').first().waitFor();
  await picture('road-refused');
  // Written under the device's feet: it learns of both when it starts again.
  await tablet.restart();
  await firm.startServer();
  const ask = await office(firm, 'lu');
  const { fields } = await ask('open_customer', { customer: customer.id });
  await ask('correct_archive', { entity: { kind: 'customer', id: customer.id }, field: 'phone', value: '0000-5550144', seen: fields.phone.heads });
  await finger.page.reload();
  await finger.at('gate-pin').waitFor();
  await picture('gate-locked');
  await finger.unlock();
  await finger.reads('sync-sentence', /需要处理/);
  await finger.open('#/todo');
  await finger.at('conflict-0').waitFor();
  await picture('conflict');
  const at = new Date().toISOString();
  const refused = { device_seq: 41, at, what: ['write:machine.serial_no'], about: '样例长风水泥有限公司', problem: { code: 'change_malformed', message: '', details: null, incident: '' }, entered: [{ field: 'serial_no', value: 'SAMPLE-1014' }], read: false };
  const lost = { hash: 'f'.repeat(64), about: '样例星河纺织有限公司', photo: 'fault', caption: '旧阀芯', at };
  await finger.page.route('**/call/sync_list', async (route) => {
    const answer = await route.fetch();
    const list = await answer.json();
    await route.fulfill({ response: answer, json: { ...list, refused: [refused], lost: [lost] } });
  });
  await finger.page.reload();
  await finger.page.getByRole('button', { name: /被退回/ }).first().click();
  await picture('refused');
  await finger.page.getByRole('button', { name: /旧阀芯/ }).first().click();
  await picture('lost-photo');
  await finger.page.unrouteAll({ behavior: 'ignoreErrors' });
}

async function gate({ finger, tablet, picture }) {
  await finger.open('#/me');
  await finger.tap('lock');
  await finger.at('gate-pin').waitFor();
  await finger.type('gate-pin', '1111');
  await finger.tap('gate-enter');
  await finger.page.getByRole('alert').first().waitFor();
  await picture('gate-wrong-pin');
  // Before the gate is open another dress is a reload.
  await picture('gate-forgotten', async () => {
    await finger.page.locator('[data-testid=gate-forgotten], [data-testid=recover-code]').first().waitFor();
    if ((await finger.at('gate-forgotten').count()) === 0) return;
    await finger.tap('gate-forgotten');
    await finger.page.locator('summary').click();
  });
  await tablet.restart((data) => {
    const file = `${data}/gongdan.db`;
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0, 0, 4096));
  });
  await finger.page.reload();
  if ((await tablet.call('status')).gate !== 'damaged') await finger.unlock();
  await finger.at('rebuild').waitFor();
  await picture('gate-damaged');
  await finger.tap('rebuild');
  await finger.at('rebuild').waitFor({ state: 'detached' });
  await finger.page.locator('main').first().waitFor();
  await picture('rebuilt');
}

export async function afterWalk({ browser, firm, tablet }) {
  const finger = await field(browser, tablet);
  const picture = tabletCamera(finger, 'field-after');
  const world = { firm, finger, tablet, picture };
  await finger.enrol(firm, 'zhang');
  await papers(finger, picture, await jobOf(tablet, 'SAMPLE-1002'));
  await revisions(world);
  await numbers(world);
  await todo(world);
  await gate(world);
  await finger.close();
}
