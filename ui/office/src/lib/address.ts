/** Addresses of this console as text. Values in, text out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** Empty values are left out. */
export function to(path: string, values: Query = {}): string {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== '') said.set(name, String(value));
  const text = said.toString();
  return text === '' ? path : `${path}?${text}`;
}
