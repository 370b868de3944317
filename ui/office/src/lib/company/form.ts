/** The company's settings as lines of a form, and back. */
import type { CompanyForm } from '@gongdan/shared/generated/CompanyForm';

/** The fields in the order in which they are read; the key is also what a refusal names. */
export const LINES = ['name', 'name_en', 'hotline', 'email', 'address', 'address_en', 'public_address', 'own_brands', 'mark', 'zone'] as const;
export type Line = (typeof LINES)[number];
export type Lines = Record<Line, string>;

export function linesOf(form: CompanyForm): Lines {
  const { name, hotline, email, address, public_address, own_brands, mark, zone } = form;
  return { name: name.zh, name_en: name.en, hotline, email, address: address.zh, address_en: address.en, public_address, own_brands: own_brands.join('、'), mark, zone };
}

export function formOf(lines: Lines, logo: string | null): CompanyForm {
  const { name, name_en, hotline, email, address, address_en, public_address, own_brands, mark, zone } = lines;
  const brands = own_brands.split(/[、,，;；\n]/).map((brand) => brand.trim()).filter((brand) => brand !== '');
  return { name: { zh: name, en: name_en }, hotline, email, address: { zh: address, en: address_en }, public_address, own_brands: brands, mark, zone, logo };
}

/** A file as base64. */
export async function base64(file: File): Promise<string> {
  let text = '';
  for (const byte of new Uint8Array(await file.arrayBuffer())) text += String.fromCharCode(byte);
  return btoa(text);
}

/** What a picture's own first bytes say that it is, for the browser to show it. */
export function pictureUrl(logo: string): string {
  const type = logo.startsWith('/9j/') ? 'image/jpeg' : logo.startsWith('UklGR') ? 'image/webp' : 'image/png';
  return `data:${type};base64,${logo}`;
}
