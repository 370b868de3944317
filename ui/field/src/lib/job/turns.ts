/**
 * In which order actions go to the device. Taps on different things do not wait for each other: each is on its way in the instant of the
 * tap. Taps on one thing follow each other, and an action on the whole job waits for everything before it.
 */
export class Turns {
  private whole: Promise<unknown> = Promise.resolve();
  private readonly lanes = new Map<string, Promise<unknown>>();

  /** `lane`: what the action is about; without one it is about the whole job. */
  take<T>(action: () => Promise<T>, lane?: string): Promise<T> {
    if (lane === undefined) {
      const turn = Promise.all([this.whole, ...this.lanes.values()]).then(action);
      this.whole = settled(turn);
      this.lanes.clear();
      return turn;
    }
    const turn = (this.lanes.get(lane) ?? this.whole).then(action);
    const done = settled(turn).then(() => {
      if (this.lanes.get(lane) === done) this.lanes.delete(lane);
    });
    this.lanes.set(lane, done);
    return turn;
  }
}

const settled = (turn: Promise<unknown>): Promise<unknown> => turn.then(() => undefined, () => undefined);
