/** A QR code as one SVG path of squares. Refuses to fetch or to style. */
import qrcode from 'qrcode-generator';

export interface QrPath {
  readonly side: number;
  readonly path: string;
}

export function qrPath(text: string): QrPath {
  const code = qrcode(0, 'M');
  // Capitals and digits alone pack tighter: fewer squares, larger ones.
  if (/^[\dA-Z $%*+./:-]+$/u.test(text)) code.addData(text, 'Alphanumeric');
  else code.addData(String.fromCharCode(...new TextEncoder().encode(text)), 'Byte');
  code.make();
  const side = code.getModuleCount();
  let path = '';
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      if (code.isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
    }
  }
  return { side, path };
}
