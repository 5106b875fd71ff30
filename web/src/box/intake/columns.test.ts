import { expect, it } from "vitest";
import { carriedOver, EMPTY } from "./columns";

const from = { ...EMPTY, subject: "Về việc số hoá", due_date: "" };

it("keeps what a hand has mended, and takes the deadline the head gave meanwhile", () => {
  const typed = { ...from, subject: "Về việc số hóa" };
  const now = { ...from, due_date: "2024-03-30" };
  expect(carriedOver(typed, from, now)).toEqual({ columns: { ...typed, due_date: "2024-03-30" }, clash: false });
});

it("tells when another hand mended the same column otherwise", () => {
  const typed = { ...from, subject: "Về việc số hóa" };
  const clash = (subject: string) => carriedOver(typed, from, { ...from, subject }).clash;
  expect([clash("Về số hóa hồ sơ"), clash("Về việc số hóa"), clash(from.subject)]).toEqual([true, false, false]);
});
