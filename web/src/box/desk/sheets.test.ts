import { expect, it } from "vitest";
import type { Scan } from "../../api/types";
import { isBrought, isStopped, pagesOf } from "./sheets";

const page = { number: 1, capture: "c", width_px: 1, height_px: 1, dpi: 300, kept_at: "" };
const paper = { id: "p", name: "n", pages: 4, bytes: 1, signed: false };
const scan = { id: "s", device_label: "Máy thử", state: "done", started_at: "", pages: [], version: 1 } satisfies Scan;

it.each([
  ["a fresh scan", { ...scan, pages: [page, page] }, 2, false],
  ["a scan already put together", { ...scan, pages: [page], paper: { ...paper, pages: 1 } }, 1, false],
  ["a file that was brought", { ...scan, paper }, 4, true],
  ["nothing yet", scan, 0, false],
])("counts the pages of %s", (_what, lying: Scan, pages, brought) => {
  expect([pagesOf(lying), isBrought(lying)]).toEqual([pages, brought]);
});

it("knows what can be gone on with", () => {
  const stopped = (["scanning", "done", "failed", "cancelled", "filed", "discarded"] as const).filter((state) => isStopped({ ...scan, state }));
  expect(stopped).toEqual(["failed", "cancelled"]);
});
