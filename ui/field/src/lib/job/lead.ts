/** A blocked next step leads to what is missing: it is brought into view and takes the focus. */
export function leadTo(testid: string): void {
  const found = document.querySelector<HTMLElement>(`[data-testid="${CSS.escape(testid)}"]`);
  if (found === null) return;
  found.scrollIntoView({ block: 'center' });
  const target = found.matches('input, button, textarea, select, a') ? found : found.querySelector<HTMLElement>('input, button, textarea, select');
  target?.focus();
}
