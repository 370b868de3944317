/** Which of hint and error a control names for screen readers. */
export function describedBy(id: string, hint: string | undefined, error: string | undefined): string | undefined {
  const named = [...(hint === undefined ? [] : [`${id}-hint`]), ...(error === undefined ? [] : [`${id}-error`])];
  return named.length === 0 ? undefined : named.join(' ');
}
