/** Which refusals of sealing mean that the signature lies nowhere yet although nobody on the spot did anything wrong. */
import type { Code } from '@gongdan/shared/generated/Code';

const STORAGE: readonly string[] = ['disk_full', 'database_damaged', 'database_newer', 'internal', 'server_trouble', 'offline', 'unknown'] satisfies (Code | 'unknown')[];

export function lost(code: string): boolean {
  return STORAGE.includes(code);
}
