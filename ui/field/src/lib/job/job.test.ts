/** What a person was told stays told: a refusal is not wiped away by the device having news. */
import { beforeEach, expect, it, vi } from 'vitest';
import { ProblemError } from '@gongdan/shared/backend';
import type { JobView } from '@gongdan/shared/generated/JobView';
import { device } from '../device.ts';
import { Job } from './job.svelte.ts';

vi.mock('../device.ts', () => ({ device: { call: vi.fn() } }));
const call = vi.mocked(device.call);
const view = (seq: number): JobView => ({ job: 'j', visit: 'v', seq }) as unknown as JobView;
const refuse = (): Promise<JobView> => Promise.reject(new ProblemError({ code: 'not_a_photo', message: '', details: null, incident: '' }));

beforeEach(() => call.mockReset());

it('keeps why an action was refused while the job is read again, until an action succeeds', async () => {
  const job = new Job('j');
  call.mockResolvedValue(view(1) as never);
  await job.load();
  expect(await job.act(refuse)).toBe(false);
  await job.load();
  expect(job.problem?.code).toBe('not_a_photo');
  expect(await job.act(() => Promise.resolve(view(2)))).toBe(true);
  expect(job.problem).toBeUndefined();
});

it('says that the job cannot be read until it can', async () => {
  const job = new Job('j');
  call.mockRejectedValueOnce(new ProblemError({ code: 'offline', message: '', details: null, incident: '' }));
  await job.load();
  expect(job.unread?.code).toBe('offline');
  call.mockResolvedValue(view(1) as never);
  await job.load();
  expect(job.unread).toBeUndefined();
});
