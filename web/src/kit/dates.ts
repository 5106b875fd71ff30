// Days and times as people here write them. The school's clock is +07:00 wherever the browser stands.

const OFFSET_MS = 7 * 3600_000;
const two = (n: number) => String(n).padStart(2, "0");

function local(time: string | Date): Date {
  return new Date(new Date(time).getTime() + OFFSET_MS);
}

/** `2026-11-21` -> `21/11/2026`; nothing for nothing. */
export function day(value: string | null | undefined): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(value ?? "");
  return match ? `${match[3]}/${match[2]}/${match[1]}` : "";
}

/** `14:05, 21/11/2026`. */
export function moment(value: string | null | undefined): string {
  if (!value || Number.isNaN(Date.parse(value))) return "";
  const at = local(value);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}, ${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${at.getUTCFullYear()}`;
}

/** `vừa xong`, `5 phút trước`, `2 giờ trước`, `hôm qua 14:05`, then the day. */
export function ago(value: string | null | undefined, now: Date = new Date()): string {
  if (!value || Number.isNaN(Date.parse(value))) return "";
  const minutes = Math.floor((now.getTime() - Date.parse(value)) / 60_000);
  if (minutes < -1) return moment(value);
  if (minutes < 1) return "vừa xong";
  if (minutes < 60) return `${minutes} phút trước`;
  if (minutes < 12 * 60) return `${Math.floor(minutes / 60)} giờ trước`;
  const [at, here] = [local(value), local(now)];
  const days = Math.floor(here.getTime() / 86_400_000) - Math.floor(at.getTime() / 86_400_000);
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  if (days === 0) return `hôm nay ${clock}`;
  if (days === 1) return `hôm qua ${clock}`;
  return moment(value);
}

/** Today in the school's time, `yyyy-mm-dd`. */
export function today(now: Date = new Date()): string {
  return local(now).toISOString().slice(0, 10);
}

/** A day so many days after another. */
export function plusDays(from: string, days: number): string {
  return new Date(Date.parse(`${from}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Days from today to a due date in words: `còn 3 ngày`, `hôm nay`, `quá 2 ngày`. */
export function daysLeft(due: string, from: string = today()): string {
  const days = Math.round((Date.parse(`${due}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
  if (days === 0) return "hạn hôm nay";
  return days > 0 ? `còn ${days} ngày` : `quá ${-days} ngày`;
}

/**
 * What a clerk types for a day: `21/11/2026`, `21/11/26`, `21.11`, `21-11`, `21112026`, `2111`, also `2026-11-21`.
 * A day without a year is of the running one. `null` when it is no day of the calendar.
 */
export function parseDay(text: string, now: Date = new Date()): string | null {
  const clean = text.trim();
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(clean);
  if (iso) return asDay(iso[3], iso[2], iso[1]);
  const parted = /^(\d{1,2})[/.\-\s](\d{1,2})(?:[/.\-\s](\d{4}|\d{2}))?$/.exec(clean);
  const run = /^(\d{2})(\d{2})(\d{4}|\d{2})?$/.exec(clean);
  const match = parted ?? run;
  if (!match) return null;
  return asDay(match[1], match[2], match[3] ?? today(now).slice(0, 4));
}

function asDay(d: string | undefined, m: string | undefined, y: string | undefined): string | null {
  if (!d || !m || !y) return null;
  const year = y.length === 2 ? 2000 + Number(y) : Number(y);
  const value = `${String(year).padStart(4, "0")}-${two(Number(m))}-${two(Number(d))}`;
  const parsed = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(value) ? value : null;
}

/** The browser's time as the box takes it: RFC 3339 with +07:00, whole seconds. */
export function stamp(now: Date = new Date()): string {
  return `${local(now).toISOString().slice(0, 19)}+07:00`;
}
