// The page that proves an order, on the phone of whoever holds the paper: asked, unchanged, unknown, a file that is the same and one that is not.
import { visit } from '../office/visit.mjs';
import { pageCamera } from './camera.mjs';

export async function proofWalk({ browser, firm }) {
  const zhang = await firm.device('zhang', '平板 02');
  const { job } = await visit(zhang, 'SAMPLE-1001');
  const { qr } = await zhang.call('preview_order', { job });
  const code = new URLSearchParams(qr.split('?')[1]).get('c');
  for (const [locale, colorScheme] of [['zh-CN', 'light'], ['en-GB', 'dark'], ['zh-CN', 'dark'], ['en-GB', 'light']]) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale, colorScheme });
    const page = await context.newPage();
    const picture = pageCamera(page, `proof/${locale.slice(0, 2)}-${colorScheme === 'light' ? 'day' : 'night'}-390x844`);
    await page.goto(`${firm.url}/v`);
    await picture('ask');
    await page.goto(`${firm.url}/v/${code}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await picture('unchanged');
    await page.goto(`${firm.url}/v/0000-1111-2222-3333`);
    await picture('unknown');
    await page.goto(`${firm.url}/v/${code}`);
    await page.locator('input[type=file]').setInputFiles({ name: 'letter.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 a letter') });
    await page.locator('form:has(input[type=file]) button').click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await picture('other-file');
    await context.close();
  }
}
