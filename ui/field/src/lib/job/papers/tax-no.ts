/** The check of a unified social credit code while it is typed (GB 32100). It only warns; the device and the paper say the same. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** True for 18 characters whose last one does not follow from the others; anything else is not judged here. */
export function wrongCheckDigit(typed: string): boolean {
  const number = typed.replace(/\s/g, '').toUpperCase();
  if (number.length !== 18) return false;
  const values = [...number].map((one) => ALPHABET.indexOf(one));
  if (values.includes(-1)) return true;
  let weight = 1;
  let sum = 0;
  for (const value of values.slice(0, 17)) {
    sum += value * weight;
    weight = (weight * 3) % 31;
  }
  return (31 - (sum % 31)) % 31 !== values[17];
}
