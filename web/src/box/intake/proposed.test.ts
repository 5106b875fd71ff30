import { expect, it, vi } from "vitest";
import type { ScanProposal } from "../../api/types";
import { EMPTY } from "./columns";
import { asWritten, offered, readable } from "./proposed";
import { Read } from "./proposed.svelte";

type Answer = { reading: boolean; items: ScanProposal[] };
const box = vi.hoisted(() => ({ answers: [] as Promise<Answer>[] }));
vi.mock("../../api/box", () => ({ proposals: () => box.answers.shift() ?? Promise.reject(new Error("no line")) }));

const item = (column: string, value: string, more: Partial<ScanProposal> = {}): ScanProposal => ({
  column, value, sure: true, whole: true, page: 1, areas: [], ...more,
});
const code = item("reference_code", "147/PNV-VTLT");

it("offers what was read only while nothing was written", () => {
  expect(offered([code], "reference_code", EMPTY)).toBe(code);
  expect(offered([code], "reference_code", { ...EMPTY, reference_code: "1" })).toBeNull();
  expect(offered([code], "reference_code", { ...EMPTY, reference_code: "147/PNV-VTLT" })).toBeNull();
  expect(offered([code], "subject", EMPTY)).toBeNull();
});

it("offers a type only where it is another than the slip begins with", () => {
  const letter = item("document_type", EMPTY.document_type);
  const decision = item("document_type", "decision");
  expect(offered([letter], "document_type", EMPTY)).toBeNull();
  expect(offered([decision], "document_type", EMPTY)).toBe(decision);
  expect(offered([decision], "document_type", { ...EMPTY, document_type: "report" })).toBeNull();
});

it("takes the spelling of an issuer that is in the book already", () => {
  expect(asWritten("Phòng Nội vụ", ["UBND xã Hoa Sen", "PHÒNG NỘI VỤ "])).toBe("PHÒNG NỘI VỤ ");
  expect(asWritten("Phòng Nội vụ", ["Phòng Nội vụ huyện"])).toBe("Phòng Nội vụ");
});

it("says days and types as people do", () => {
  expect(readable(item("issue_date", "2024-03-12"))).toBe("12/03/2024");
  expect(readable(item("document_type", "decision"), [{ value: "decision", label: "Quyết định (QĐ)" }])).toBe("Quyết định (QĐ)");
  expect(readable(code)).toBe("147/PNV-VTLT");
});

it("keeps nothing of another paper, and nothing that came too late", async () => {
  const read = new Read();
  let late: (answer: Answer) => void = () => undefined;
  box.answers = [
    Promise.resolve({ reading: false, items: [code] }),
    new Promise((resolve) => (late = resolve)),
    Promise.resolve({ reading: true, items: [] }),
  ];
  await read.look("a");
  expect(read.items).toEqual([code]);
  const before = read.look("b");
  expect(read.items).toEqual([]);
  await read.look("c");
  late({ reading: false, items: [code] });
  await before;
  expect([read.items, read.reading]).toEqual([[], true]);
  await read.look("d");
  expect([read.items, read.reading]).toEqual([[], false]);
});
