/** The photos of an order with what is needed to show each: picture, caption, whether it is here. */
import type { OfficeOrder } from '@gongdan/shared/generated/OfficeOrder';
import { t, time } from '@gongdan/shared/words';
import { dotted } from '../said.ts';

export interface ShownPhoto {
  readonly hash: string;
  readonly url: string;
  readonly here: boolean;
  readonly lost: string | null;
  readonly caption: string;
}

export function photosOf(order: OfficeOrder, zone: string): ShownPhoto[] {
  const files = new Map(order.files.map((file) => [file.file.hash, file]));
  return (order.document?.photos ?? []).map((photo) => {
    const file = files.get(photo.hash);
    return {
      hash: photo.hash,
      url: file?.url ?? `/api/office/file/${photo.hash}`,
      here: file?.here ?? false,
      lost: file?.declared_lost ?? null,
      caption: dotted(`${t(`fact.photo.${photo.kind}`)} ${time(photo.taken_at, zone)}`, photo.caption),
    };
  });
}
