/** The ten roles as choices, in the order of the service standard. */
import type { Role } from '@gongdan/shared/generated/Role';
import type { Choice } from '@gongdan/shared/parts';
import { t } from '@gongdan/shared/words';

const ROLES = ['technician', 'dispatcher', 'service_manager', 'general_manager', 'sales', 'parts_workshop', 'technical_department', 'quality_department', 'production_department', 'admin'] as const satisfies readonly Role[];

export function roleChoices(): readonly Choice[] {
  return ROLES.map((value) => ({ value, label: t(`fact.role.${value}`) }));
}

export function roleOf(value: string): Role | undefined {
  return ROLES.find((role) => role === value);
}
