// The visit to a machine out of warranty, page by page, in the words of a finger. Each fills its page and leaves `next` to the caller,
// so that a test can look and object, and a photographer can take pictures, before the page is left.
import { join } from 'node:path';
import { checkout } from '../office/company.mjs';

const fixture = (name) => join(checkout, 'tests/fixtures', name);
export const RAG = 'tick-kit-KIT-K-11';

export const fill = {
  async contact(finger) {
    for (const id of await finger.all('copy-').evaluateAll((found) => found.map((one) => one.dataset.testid))) {
      await finger.tap(id);
      await finger.at(id).waitFor({ state: 'detached' });
    }
    await finger.tapAll('tick-contact-');
    await finger.tap('outcome-out_of_warranty');
  },
  analysis: (finger) => finger.tap('cause-2'),
  kit: (finger) => finger.tapAll('tick-kit-'),
  async door(finger) {
    for (const item of ['appearance', 'introduced', 'work_id_shown']) await finger.tap(`tick-door-${item}`);
  },
  safety: (finger) => finger.tapAll('safety-', '-yes'),
  async diagnosis(finger) {
    await finger.tap('cause-0');
    await finger.tap('analysis-right');
    for (const [key, value] of [['discharge_temp_c', '92'], ['discharge_mpa', '0.7'], ['sump_mpa', '0.72']]) await finger.type(`reading-${key}-before`, value);
  },
  photo: (finger, kind) => finger.at(`photo-${kind}`).setInputFiles(fixture(`${kind}.jpg`)),
  async repair(finger) {
    await finger.tap('measure-0');
    await finger.tap('test-not_run');
    await finger.at('test-reason-0').getByRole('button').click();
    await finger.tap('confidence-not_sure');
    await finger.tapAll('tick-handover-');
    await finger.tapAll('safety-', '-yes');
    await fill.photo(finger, 'after');
  },
  async declined(finger) {
    await finger.tap('rating-quality-satisfied');
    await finger.tap('rating-attitude-very_satisfied');
    await finger.tap('sign-choice-declined');
    await finger.tap('decline-no_electronic');
    await finger.type('field-sign_words', '公司只认纸质单');
  },
};

/** The one blue button, and the page it leads to. */
export async function next(finger, place) {
  await finger.tap('next');
  await finger.there(place);
}

/** Rated and signed where the disk is full: the signature is not kept. */
export async function signOnFullDisk(finger) {
  await finger.tap('rating-quality-satisfied');
  await finger.tap('rating-attitude-satisfied');
  await finger.tap('sign-choice-signed');
  await finger.sign();
  await onFullDisk(finger, 'seal_order');
}

/** The next signature that this command stores finds the disk full, and that is said over everything else. */
export async function onFullDisk(finger, command) {
  const problem = { code: 'disk_full', message: 'The disk is full.', details: null, incident: '' };
  await finger.page.route(`**/call/${command}`, (route) => route.fulfill({ status: 507, contentType: 'application/json', body: JSON.stringify(problem) }), { times: 1 });
  await finger.tap('next');
  await finger.at('signature-lost').waitFor();
}
