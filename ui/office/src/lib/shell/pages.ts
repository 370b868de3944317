/** Which component stands at which place. */
import type { Component } from 'svelte';
import BundlePage from '../bundle/BundlePage.svelte';
import CallbackPage from '../callback/CallbackPage.svelte';
import ConflictPage from '../conflict/ConflictPage.svelte';
import CustomerPage from '../customer/CustomerPage.svelte';
import DevicePage from '../device/DevicePage.svelte';
import FeePage from '../reference/FeePage.svelte';
import FindingPage from '../finding/FindingPage.svelte';
import HomePage from '../home/HomePage.svelte';
import IntakePage from '../call/IntakePage.svelte';
import JobPage from '../job/JobPage.svelte';
import NumberPage from '../number/NumberPage.svelte';
import OrderPage from '../order/OrderPage.svelte';
import PeoplePage from '../people/PeoplePage.svelte';
import SettingPage from '../setting/SettingPage.svelte';
import NotHerePage from './NotHerePage.svelte';
import type { Place } from './places.ts';

const pages: Readonly<Record<Place['id'], Component>> = {
  home: HomePage,
  intake: IntakePage,
  jobs: JobPage,
  orders: OrderPage,
  callbacks: CallbackPage,
  customers: CustomerPage,
  conflicts: ConflictPage,
  findings: FindingPage,
  bundles: BundlePage,
  fees: FeePage,
  numbers: NumberPage,
  people: PeoplePage,
  devices: DevicePage,
  settings: SettingPage,
};

/** The page of a place that the rail shows; nothing else exists for this person. */
export function pageOf(id: Place['id'] | undefined): Component {
  return id === undefined ? NotHerePage : pages[id];
}
