import { describe, expect, it } from "vitest";
import { ago, day, daysLeft, moment, parseDay, stamp, today } from "./dates";
import { fileName } from "../api/http";
import { matches, size } from "./words";

const now = new Date("2026-11-21T07:05:00Z"); // 14:05 at the school

describe("a typed day", () => {
  it.each([
    ["21/11/2026", "2026-11-21"],
    ["1/2/26", "2026-02-01"],
    ["21.11", "2026-11-21"],
    ["2111", "2026-11-21"],
    ["21112025", "2025-11-21"],
    [" 2026-11-21 ", "2026-11-21"],
    ["31/2/2026", null],
    ["29/2/2024", "2024-02-29"],
    ["hôm nay", null],
    ["", null],
  ])("%s", (typed, expected) => expect(parseDay(typed, now)).toBe(expected));
});

describe("times", () => {
  it("are the school's, wherever the browser stands", () => {
    expect(moment("2026-11-21T07:05:00Z")).toBe("14:05, 21/11/2026");
    expect(today(new Date("2026-11-21T18:00:00Z"))).toBe("2026-11-22");
    expect(stamp(now)).toBe("2026-11-21T14:05:00+07:00");
    expect(day("2026-11-21")).toBe("21/11/2026");
  });

  it.each([
    ["2026-11-21T14:04:40+07:00", "vừa xong"],
    ["2026-11-21T14:00:00+07:00", "5 phút trước"],
    ["2026-11-21T12:00:00+07:00", "2 giờ trước"],
    ["2026-11-21T00:30:00+07:00", "hôm nay 00:30"],
    ["2026-11-20T23:00:00+07:00", "hôm qua 23:00"],
    ["2026-11-18T08:00:00+07:00", "08:00, 18/11/2026"],
  ])("%s is told as %s", (at, said) => {
    const later = at.includes("T00:30") || at.includes("20T23") ? new Date("2026-11-21T13:00:00Z") : now;
    expect(ago(at, later)).toBe(said);
  });

  it("says how long is left", () => {
    expect(daysLeft("2026-11-24", "2026-11-21")).toBe("còn 3 ngày");
    expect(daysLeft("2026-11-21", "2026-11-21")).toBe("hạn hôm nay");
    expect(daysLeft("2026-11-19", "2026-11-21")).toBe("quá 2 ngày");
  });
});

describe("words", () => {
  it("are found without their marks", () => {
    expect(matches("Nguyễn Thị Đào", "dao nguyen")).toBe(true);
    expect(matches("Nguyễn Thị Đào", "hoa")).toBe(false);
  });
  it("sizes use the comma, and what is over counts", () =>
    expect([999, 998_001, 999_001, 2_000_000, 2_000_001, 3_565_158].map(size)).toEqual(["999 byte", "999 KB", "1 MB", "2 MB", "2,1 MB", "3,6 MB"]));
});

describe("the name of a file the server makes", () => {
  it.each([
    ["inline; filename*=UTF-8''S%E1%BB%95%20%C4%91%E1%BA%BFn.pdf", "Sổ đến.pdf"],
    ["attachment", ""],
    ["", ""],
  ])("%s", (header, expected) => expect(fileName(header)).toBe(expected));
});
