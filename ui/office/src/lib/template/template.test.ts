import { expect, test } from 'vitest';
import { mistakes, pdfBlob } from './template.ts';

test('g7 a mistake is told with its file and its line', () => {
  const details = { mistakes: ['work-order.typ:12: unknown variable: dta (did you mean data?)', 'strings: expected value at line 1 column 1', 7] };
  expect(mistakes(details)).toEqual([
    { file: 'work-order.typ', line: 12, said: 'unknown variable: dta (did you mean data?)' },
    { file: '', line: undefined, said: 'strings: expected value at line 1 column 1' },
  ]);
  expect(mistakes(null)).toEqual([]);
});

test('a PDF comes out of base64 as it went in', async () => {
  const read = new FileReader();
  const done = new Promise((resolve) => read.addEventListener('load', resolve));
  read.readAsArrayBuffer(pdfBlob(btoa('%PDF-1.7\xff')));
  await done;
  const bytes = new Uint8Array(read.result as ArrayBuffer);
  expect([...bytes.slice(0, 5), bytes.at(-1)]).toEqual([0x25, 0x50, 0x44, 0x46, 0x2d, 0xff]);
});
