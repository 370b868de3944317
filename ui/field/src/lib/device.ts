/** The one door to the device. Every screen asks through it; nothing else leaves the page. */
import { makeBackend } from '@gongdan/shared/backend';
import type { FieldCommands } from '@gongdan/shared/generated/field-commands';

export const device = makeBackend<FieldCommands>({ door: 'field' });
