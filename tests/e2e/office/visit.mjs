// One visit on a technician's real device, command by command, so that an order lies in the office. What is not given is the
// plain case: all done, signed, satisfied.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures');

/** 王: four strokes in thousandths of the pad. */
const INK = {
  height: 364,
  strokes: [
    [[150, 80], [300, 74], [460, 70]],
    [[170, 180], [300, 176], [430, 172]],
    [[305, 82], [303, 180], [300, 290]],
    [[110, 296], [300, 290], [510, 284]],
  ].map((stroke, index) => stroke.map(([x, y], point) => ({ x, y, t: index * 300 + point * 40, p: 500 }))),
};

/** Until the device holds a job of this machine. */
async function jobOf({ call }, serial) {
  const until = Date.now() + 30_000;
  for (;;) {
    await call('sync_now');
    const day = await call('agenda');
    for (const stop of [...day.stops, ...day.others]) {
      const view = await call('open_job', { job: stop.job });
      if (view.machine?.fields.serial_no?.value === serial) return view;
    }
    assert.ok(Date.now() < until, `no job of ${serial} arrived at the device`);
  }
}

/** Everything the device wrote is at the server. */
export async function delivered({ call }) {
  const until = Date.now() + 30_000;
  for (;;) {
    await call('sync_now');
    const { sentence } = await call('sync_list');
    if (sentence.waiting === 0) return;
    assert.ok(Date.now() < until, `the device still holds ${sentence.waiting}`);
  }
}

/** The job on the device once it is as `is` wants it: what the office decided has arrived. */
export async function arrived({ call }, job, is, what) {
  const until = Date.now() + 30_000;
  for (;;) {
    await call('sync_now');
    const view = await call('open_job', { job });
    if (is(view)) return view;
    assert.ok(Date.now() < until, `${what} did not arrive at the device`);
  }
}

/** A technician accepts, calls, packs and sets out. */
export async function depart({ call }, serial) {
  const { job, visit } = await jobOf({ call }, serial);
  const about = { job, visit };
  const record = (kind, body = {}) => call('record', { about, fact: { kind, body } });
  const ticks = (list, items, template_version = '') => call('record_all', { about, facts: items.map((item) => ({ kind: 'ticked', body: { list, item, template_version } })) });
  await record('job_accepted');
  await ticks('contact', ['visit_time', 'address', 'model', 'purchase_date', 'symptom']);
  await record('contact_attempt', { number: '000-0000-0101', whom: '设备科', outcome: 'confirmed', fees_announced: true, new_time: null, guidance: '', note: '' });
  const { kit } = await call('open_job', { job });
  await ticks('kit', kit.lines.map((line) => line.code), kit.version);
  await call('depart', { job });
  return about;
}

export async function visit(device, serial, { signing = 'signed', quality = 'satisfied', opinion = '', tested = true, confidence = 'certain', seal = true, deliver = true } = {}) {
  const { call, upload } = device;
  const about = await depart(device, serial);
  const { job } = about;
  let view = await call('open_job', { job });
  const record = (kind, body = {}) => call('record', { about, fact: { kind, body } });
  const write = (field, value) => call('write_field', { entity: { kind: 'visit', id: view.visit }, field, value, seen: [] });
  const photo = (kind, file, caption) => upload({ about, photo: kind, caption }, readFileSync(join(fixtures, file)));
  const ticks = (list, items, template_version = '') => call('record_all', { about, facts: items.map((item) => ({ kind: 'ticked', body: { list, item, template_version } })) });

  await ticks('door', ['appearance', 'introduced', 'work_id_shown']);
  await record('arrived', { position: null });
  await record('checked_in', { position: null });
  view = await call('open_job', { job });
  for (const { code } of view.safety.items) await record('safety_answered', { item: code, answer: 'yes', template_version: view.safety.version });
  await record('safety_signed', { conditions: '场地通风，已挂牌断电', with_whom: '值班班长' });
  await write('diagnosis', { causes: [{ fault: null, order: null, zh: '温控阀卡在旁通', en: 'Thermostatic valve stuck in bypass' }], cause_type: 'wear', analysis_right: 'right' });
  await write('found_condition', '机房进风口积尘');
  for (const [phase, value] of [['before', '31'], ['after', '31']]) await call('take_reading', { about, key: 'ambient_c', phase, value, confirmed: true });
  for (const [phase, value] of [['before', '0.62'], ['after', '0.69']]) await call('take_reading', { about, key: 'discharge_mpa', phase, value, confirmed: true });
  await photo('before', 'before.jpg', '停机画面');
  await record('fees_shown', { schedule_version: '2024-A' });
  const { person } = await call('status');
  await write('labour', [{ person: person.id, minutes: 105 }]);
  await write('parts_used', [{ code: 'P-014', quantity: '1', old_part: 'taken_back', covered: null }]);
  await write('payment', { doc_type: 'special_invoice', method: 'monthly', paid_fen: 0, note: '月结 30 天', invoice: null });
  view = await call('open_job', { job });
  const { sheet, hash } = view.estimate;
  if (sheet.total_fen > 0) await record('consent_given', { total_fen: sheet.total_fen, schedule_version: sheet.schedule_version, estimate_hash: hash, by_name: '王师傅', how: 'on_screen' });
  await record('work_started');
  await write('measures', ['换温控阀芯', '吹扫散热器']);
  await record('test_run_recorded', tested ? { result: 'full_load', minutes: 40, reason: '' } : { result: 'not_run', minutes: 0, reason: '客户要马上供气' });
  await record('confidence_stated', { confidence });
  await ticks('handover', ['reinspected', 'training', 'equipment_count', 'cleaning', 'service_card', 'business_card']);
  await photo('after', 'after.jpg', '加载运行');
  await write('suggestions', '进风口加滤棉');
  await record('work_finished');
  if (seal) {
    const shown = await call('preview_order', { job });
    const at = new Date().toISOString();
    const ended = signing === 'later' ? { choice: 'later', words: '负责人下午来签', at } : signing === 'signed' ? { choice: 'signed', name: '王师傅', role: '公用工程', is_contact: false, ink: INK, at } : { choice: 'declined', reason: 'unwilling', words: '负责人不在', at };
    await call('seal_order', { job, shown: shown.shown, rating: { quality, attitude: 'very_satisfied', opinion }, signing: ended });
    await record('checked_out', { position: null });
  }
  if (deliver) await delivered(device);
  const sealed = seal ? await call('preview_order', { job }) : undefined;
  return { job, about, number: sealed?.document.order_no, total: sealed?.document.fees.total_fen };
}
