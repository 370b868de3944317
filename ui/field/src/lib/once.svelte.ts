/** One action at a time: a second tap on the same button does nothing while the first is on its way; other taps are not its business. */
export class Once {
  busy = $state(false);

  async run(action: () => void | Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      await action();
    } finally {
      this.busy = false;
    }
  }
}
