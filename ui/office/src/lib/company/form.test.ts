import { expect, test } from 'vitest';
import type { CompanyForm } from '@gongdan/shared/generated/CompanyForm';
import { base64, formOf, LINES, linesOf, pictureUrl } from './form.ts';

const FORM: CompanyForm = { name: { zh: '样例压缩机', en: 'Sample' }, hotline: '0000-1', address: { zh: '虚构路 1 号', en: '1 Fiction Road' }, email: 'a@b.example', mark: '样', public_address: 'https://a.example', zone: 'Asia/Shanghai', own_brands: ['甲', '乙'], logo: null };

test('g1 the settings of the company come back as they were shown', () => {
  expect(formOf(linesOf(FORM), null)).toEqual(FORM);
  expect(Object.keys(linesOf(FORM)).sort()).toEqual([...LINES].sort());
});

test('brands may be parted as people part them', () => {
  expect(formOf({ ...linesOf(FORM), own_brands: ' 甲，乙; 丙、 ' }, null).own_brands).toEqual(['甲', '乙', '丙']);
});

test('a picture is shown as what it is', async () => {
  const jpeg = await base64(new File([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)], 'logo.jpg'));
  expect(pictureUrl(jpeg)).toBe('data:image/jpeg;base64,/9j/4A==');
  expect(pictureUrl('iVBORw0KGgo=')).toMatch(/^data:image\/png/);
});
