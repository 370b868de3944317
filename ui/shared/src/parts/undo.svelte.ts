/** The one offer to undo that stands on a page. A newer one replaces it; undo over confirm. */
export interface UndoOffer {
  /** Asked again when the language changes. */
  readonly message: () => string;
  readonly undo: () => void;
}

const standing = $state<{ offer: (UndoOffer & { readonly serial: number }) | undefined }>({ offer: undefined });
let serial = 0;

export function offerUndo(offer: UndoOffer): void {
  serial += 1;
  standing.offer = { ...offer, serial };
}

export function withdrawUndo(): void {
  standing.offer = undefined;
}

export function standingOffer(): (UndoOffer & { readonly serial: number }) | undefined {
  return standing.offer;
}
