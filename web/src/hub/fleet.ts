// Trouble first: the eye of whoever looks after forty schools should not have to search.

import type { FleetRow } from "../api/types";

const SILENT_H = 24;

export interface Trouble {
  tone: "late" | "wait" | "well";
  words: string;
}

export function trouble(row: FleetRow, now: Date = new Date()): Trouble {
  if (row.alarm) return { tone: "late", words: row.alarm };
  if (row.shut_out) return { tone: "late", words: "Đã ngừng nhận" };
  if (!row.last_seen) return { tone: "wait", words: "Chưa nối lần nào" };
  const hours = (now.getTime() - Date.parse(row.last_seen)) / 3_600_000;
  if (hours > SILENT_H) return { tone: "late", words: `Im lặng ${Math.floor(hours / 24)} ngày` };
  if (row.missing_blobs > 0) return { tone: "wait", words: "Đang gửi tệp" };
  return { tone: "well", words: "Đủ" };
}

const RANK = { late: 0, wait: 1, well: 2 };

export function byTrouble(rows: readonly FleetRow[], now: Date = new Date()): FleetRow[] {
  return [...rows].sort(
    (a, b) => RANK[trouble(a, now).tone] - RANK[trouble(b, now).tone] || a.name.localeCompare(b.name, "vi"),
  );
}
