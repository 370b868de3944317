/** The order is seen while its job is being told anew, and an older answer never replaces a newer one. */
import { expect, it, vi } from 'vitest';
import type { OrderPreview } from '@gongdan/shared/generated/OrderPreview';
import { device } from '../../device.ts';
import { Preview } from './preview.svelte.ts';

vi.mock('../../device.ts', () => ({ device: { call: vi.fn() } }));
const call = vi.mocked(device.call);
const order = (shown: string): OrderPreview => ({ shown }) as unknown as OrderPreview;

it('shows what has answered although it was asked for again, and keeps the newest', async () => {
  const answers: ((preview: OrderPreview) => void)[] = [];
  call.mockImplementation(() => new Promise((resolve) => answers.push(resolve as (preview: OrderPreview) => void)) as never);
  const preview = new Preview('j');
  const reads = [preview.read(), preview.read(), preview.read()];
  answers[0]?.(order('first'));
  await reads[0];
  expect(preview.now?.shown).toBe('first');
  answers[2]?.(order('third'));
  await reads[2];
  answers[1]?.(order('second'));
  await reads[1];
  expect(preview.now?.shown).toBe('third');
});
