/**
 * Numbers, money, instants, durations as words. Everything is told what it needs (zone, now).
 * Refuses to read the clock, the machine's zone or its locale.
 */
import { t } from './words.svelte.ts';

export type Instant = string | number | Date;

export const THIN_SPACE = '\u2009';
const MINUS = '\u2212';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `¥1,280.00` from integer fen. */
export function money(fen: number): string {
  return `${fen < 0 ? MINUS : ''}¥${amount(Math.abs(fen))}`;
}

/** `1,280.00`: the same without the sign of the currency, for columns that say it once. */
export function amount(fen: number): string {
  const whole = Math.abs(Math.round(fen));
  const text = `${grouped(String(Math.floor(whole / 100)))}.${String(whole % 100).padStart(2, '0')}`;
  return fen < 0 ? MINUS + text : text;
}

/** Fen from what a person types (`1280`, `1,280.5`, `¥12`); undefined when it is not an amount. */
export function parseMoney(text: string): number | undefined {
  const plain = text.replace(/[\s,，¥￥]/g, '');
  const parts = /^(\d+)(?:\.(\d{1,2}))?$/.exec(plain);
  if (parts === null) return undefined;
  return Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'));
}

export function number(value: number, decimals?: number): string {
  const text = decimals === undefined ? String(Math.abs(value)) : Math.abs(value).toFixed(decimals);
  const [whole = '0', rest] = text.split('.');
  return (value < 0 ? MINUS : '') + grouped(whole) + (rest === undefined ? '' : `.${rest}`);
}

/** `31,250 h` with a thin space; `%` and `°` stand close. */
export function measure(value: number, unit: string, decimals?: number): string {
  return number(value, decimals) + (/^[%°]$/.test(unit) ? '' : THIN_SPACE) + unit;
}

/** The same for a value kept as text; what is no number is said as it stands. */
export function measured(text: string, unit: string): string {
  const value = Number(text);
  return text.trim() === '' ? '' : Number.isFinite(value) ? measure(value, unit) : text;
}

interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly weekday: number;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  clocks.set(zone, made);
  return made;
}

function millis(at: Instant): number {
  return at instanceof Date ? at.getTime() : typeof at === 'number' ? at : Date.parse(at);
}

function wall(at: Instant, zone: string): Wall {
  const found: Record<string, number> = {};
  for (const part of clockOf(zone).formatToParts(millis(at))) found[part.type] = Number(part.value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = found;
  return { year, month, day, hour, minute, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-23` */
export function date(at: Instant, zone: string): string {
  const w = wall(at, zone);
  return `${w.year}-${two(w.month)}-${two(w.day)}`;
}

/** `14:05` */
export function time(at: Instant, zone: string): string {
  const w = wall(at, zone);
  return `${two(w.hour)}:${two(w.minute)}`;
}

/** `2026-11-23 14:05` */
export function dateTime(at: Instant, zone: string): string {
  return `${date(at, zone)} ${time(at, zone)}`;
}

type Weekday = 0 | 1 | 2 | 3 | 4 | 5 | 6;
type Month = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12;

export function weekday(at: Instant, zone: string): string {
  return t(`format.weekday.${wall(at, zone).weekday as Weekday}`);
}

/** `11 月 23 日 星期一` */
export function longDay(at: Instant, zone: string): string {
  const w = wall(at, zone);
  return t('format.longDay', { month: t(`format.month.${w.month as Month}`), day: w.day, weekday: weekday(at, zone) });
}

function dayNumber(at: Instant, zone: string): number {
  const w = wall(at, zone);
  return Math.round(Date.UTC(w.year, w.month - 1, w.day) / DAY);
}

/** `今天` · `明天` · `昨天` · `11-25` · with the year when it is another one. */
export function dayWord(at: Instant, zone: string, now: Instant): string {
  const apart = dayNumber(at, zone) - dayNumber(now, zone);
  if (apart === 0) return t('common.today');
  if (apart === 1) return t('common.tomorrow');
  if (apart === -1) return t('common.yesterday');
  const w = wall(at, zone);
  const short = `${two(w.month)}-${two(w.day)}`;
  return w.year === wall(now, zone).year ? short : `${w.year}-${short}`;
}

/** `明天` beside today, else the day in full: `11 月 25 日 星期三`. A heading, not a column. */
export function dayHeading(at: Instant, zone: string, now: Instant): string {
  return Math.abs(dayNumber(at, zone) - dayNumber(now, zone)) <= 1 ? dayWord(at, zone, now) : longDay(at, zone);
}

/** `今天 14:05`: the day is said even where it is today. */
export function dayTime(at: Instant, zone: string, now: Instant): string {
  return `${dayWord(at, zone, now)} ${time(at, zone)}`;
}

/** `10:00` today, `明天 08:30`, `11-25 14:05` otherwise. Midnight that ends a day is its 24:00. */
export function moment(at: Instant, zone: string, now: Instant): string {
  const w = wall(at, zone);
  const midnight = w.hour === 0 && w.minute === 0;
  const day = midnight ? millis(at) - MINUTE : millis(at);
  const clock = midnight ? '24:00' : time(at, zone);
  return dayNumber(day, zone) === dayNumber(now, zone) ? clock : `${dayWord(day, zone, now)} ${clock}`;
}

/** `2 小时 15 分` · `35 分` · `2 天 21 小时`, from whole minutes; the two largest parts. */
export function duration(minutes: number): string {
  const whole = Math.floor(Math.abs(minutes));
  if (whole < 1) return t('format.underMinute');
  const days = Math.floor(whole / 1440);
  const hours = Math.floor((whole % 1440) / 60);
  const rest = whole % 60;
  const said = [
    ...(days > 0 ? [t('format.days', { n: days })] : []),
    ...(hours > 0 ? [t('format.hours', { n: hours })] : []),
    ...(rest > 0 && days === 0 ? [t('format.minutes', { n: rest })] : []),
  ];
  const [first = '', second] = said;
  return second === undefined ? first : t('format.join', { a: first, b: second });
}

export function minutesBetween(from: Instant, to: Instant): number {
  return Math.floor((millis(to) - millis(from)) / MINUTE);
}

export interface Deadline {
  /** `16:40 前` */
  readonly by: string;
  /** `还有 35 分` or `已超 1 小时 10 分` */
  readonly rest: string;
  /** both: `16:40 前 · 还有 35 分` */
  readonly text: string;
  readonly tone: 'plain' | 'soon' | 'wrong';
}

/** A deadline says both: the clock and what is left of it. `soon` begins `soonMinutes` before. */
export function deadline(due: Instant, zone: string, now: Instant, soonMinutes = 60): Deadline {
  const left = millis(due) - millis(now);
  const by = t('format.by', { when: moment(due, zone, now) });
  const span = duration(Math.floor(Math.abs(left) / MINUTE));
  const rest = left >= 0 ? t('format.left', { span }) : left > -MINUTE ? t('format.justOver') : t('format.over', { span });
  const tone = left < 0 ? 'wrong' : left <= soonMinutes * MINUTE ? 'soon' : 'plain';
  return { by, rest, text: t('format.deadline', { by, rest }), tone };
}

/** `3.1 MB` */
export function fileSize(bytes: number): string {
  if (bytes >= 1_000_000) return measure(bytes / 1_000_000, 'MB', 1);
  return bytes >= 1000 ? measure(Math.round(bytes / 1000), 'kB') : measure(bytes, 'B');
}
