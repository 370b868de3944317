/** What the screens say about several seals of one order; which one counts the device has decided, here it is only read. */
import type { Attested } from '@gongdan/shared/generated/Attested';
import type { Seal } from '@gongdan/shared/generated/Seal';
import type { VisitState } from '@gongdan/shared/generated/VisitState';

/** Two documents claim one revision and nobody has named one of them. */
export function contested(visit: VisitState): boolean {
  return visit.seals.some((one) => visit.seals.some((other) => one.revision === other.revision && one.hash !== other.hash && !visit.named.includes(one.hash) && !visit.named.includes(other.hash)));
}

export function attestedOf(visit: VisitState, hash: string | undefined): Attested | undefined {
  return visit.attested.findLast((one) => one.order_hash === hash);
}

/** Nobody signed, and nobody made up for it. */
export function mayBeAttested(visit: VisitState, seal: Seal | undefined): boolean {
  return seal !== undefined && seal.choice !== 'signed' && visit.revising === null && attestedOf(visit, seal.hash) === undefined;
}
