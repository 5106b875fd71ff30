import { expect, it } from "vitest";
import type { FleetRow } from "../api/types";
import { byTrouble, trouble } from "./fleet";

const now = new Date("2026-11-21T14:00:00+07:00");
const row = (name: string, more: Partial<FleetRow> = {}): FleetRow => ({
  unit: name,
  name,
  last_seen: "2026-11-21T13:59:00+07:00",
  head_seq: 10,
  missing_blobs: 0,
  lines: 3,
  ...more,
});

it("puts the silent and the alarmed before the busy and the well", () => {
  const rows = [
    row("Đủ"),
    row("Gửi", { missing_blobs: 2 }),
    row("Báo", { alarm: "Lịch sử khác" }),
    row("Im", { last_seen: "2026-11-18T08:00:00+07:00" }),
  ];
  expect(byTrouble(rows, now).map((r) => r.name)).toEqual(["Báo", "Im", "Gửi", "Đủ"]);
  expect(trouble(rows[3]!, now).words).toBe("Im lặng 3 ngày");
});
