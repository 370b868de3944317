/** The places of the console and who may see them. A place that its person cannot use is not in the rail. */
import Archive from '@lucide/svelte/icons/archive';
import BookOpen from '@lucide/svelte/icons/book-open';
import Building from '@lucide/svelte/icons/building-2';
import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import FileText from '@lucide/svelte/icons/file-text';
import GitCompareArrows from '@lucide/svelte/icons/git-compare-arrows';
import Hash from '@lucide/svelte/icons/hash';
import PhoneCall from '@lucide/svelte/icons/phone-call';
import PhoneIncoming from '@lucide/svelte/icons/phone-incoming';
import ScanSearch from '@lucide/svelte/icons/scan-search';
import Settings from '@lucide/svelte/icons/settings-2';
import Sun from '@lucide/svelte/icons/sun';
import TabletSmartphone from '@lucide/svelte/icons/tablet-smartphone';
import Users from '@lucide/svelte/icons/users';
import type { OfficeHome } from '@gongdan/shared/generated/OfficeHome';
import type { Permission } from '@gongdan/shared/generated/Permission';
import type { Icon } from '@gongdan/shared/parts';
import type { Key } from '@gongdan/shared/words';

export interface Place {
  readonly id: 'home' | 'intake' | 'jobs' | 'orders' | 'callbacks' | 'customers' | 'conflicts' | 'findings' | 'bundles' | 'fees' | 'numbers' | 'people' | 'devices' | 'settings';
  readonly path: string;
  readonly word: Key;
  readonly icon: Icon;
  readonly needs?: Permission;
  readonly count?: (home: OfficeHome) => number;
}

export const places: readonly Place[] = [
  { id: 'home', path: '/', word: 'office.nav.today', icon: Sun, needs: 'read_office' },
  { id: 'intake', path: '/intake', word: 'office.nav.intake', icon: PhoneIncoming, needs: 'assign_job' },
  { id: 'jobs', path: '/jobs', word: 'office.nav.jobs', icon: ClipboardList, needs: 'read_office', count: (home) => home.unassigned_jobs },
  { id: 'orders', path: '/orders', word: 'office.nav.orders', icon: FileText, needs: 'read_office', count: (home) => home.orders_to_review },
  { id: 'callbacks', path: '/callbacks', word: 'office.nav.callbacks', icon: PhoneCall, needs: 'read_office', count: (home) => home.callbacks_due },
  { id: 'customers', path: '/customers', word: 'office.nav.customers', icon: Building, needs: 'read_office' },
  { id: 'conflicts', path: '/conflicts', word: 'office.nav.conflicts', icon: GitCompareArrows, needs: 'read_office', count: (home) => home.conflicts + home.refused_changes },
  { id: 'findings', path: '/findings', word: 'office.nav.findings', icon: ScanSearch, needs: 'read_office', count: (home) => home.open_findings },
  { id: 'bundles', path: '/bundles', word: 'office.nav.bundles', icon: Archive, needs: 'read_office' },
  { id: 'fees', path: '/fees', word: 'office.nav.fees', icon: BookOpen, needs: 'read_office' },
  { id: 'numbers', path: '/numbers', word: 'seal.number.book', icon: Hash, needs: 'read_office' },
  { id: 'people', path: '/people', word: 'office.nav.people', icon: Users, needs: 'administer_users' },
  { id: 'devices', path: '/devices', word: 'office.nav.devices', icon: TabletSmartphone, needs: 'administer_users' },
  { id: 'settings', path: '/settings', word: 'office.nav.settings', icon: Settings },
];
