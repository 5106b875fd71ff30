import { describe, expect, it } from "vitest";
import type { Paper, ScanFit } from "../../../api/types";
import { bytesOf, lines, overOf, sizeOf } from "./fitting";

const fit = (steps: [ScanFit["steps"][number]["step"], number][], working: boolean): ScanFit => ({
  working,
  most_bytes: 2_000_000,
  steps: steps.map(([step, bytes]) => ({ step, name: step, bytes, fits: bytes <= 2_000_000 })),
  told: "",
});

const paper = (bytes: number, step: "usual" | "tightest", most_bytes?: number): Paper => ({
  id: "p",
  name: "n",
  pages: 6,
  bytes,
  signed: false,
  made: { step, step_name: step === "usual" ? "Như thường" : "Gọn nhất", most_bytes, plain: [] },
});

describe("making a paper fit", () => {
  it("takes a size with a comma or a point", () => {
    expect(["2", "2,5", " 0.1 ", "", "x", "0", "-1", "1001"].map(bytesOf)).toEqual([2_000_000, 2_500_000, 100_000, null, null, null, null, null]);
  });

  it("shows each step as far as it is", () => {
    const said = (of: ScanFit) => lines(of).map((line) => `${line.said} (${line.state})`);
    expect(said(fit([["usual", 4_200_000]], true))).toEqual(["4,2 MB, quá 2,2 MB (too_large)", "đang ghép… (working)", "chưa thử (waiting)"]);
    expect(said(fit([["usual", 4_200_000], ["tight", 1_900_000]], false))).toEqual(["4,2 MB, quá 2,2 MB (too_large)", "1,9 MB, vừa (taken)", "không cần (waiting)"]);
  });

  it("says which step a paper is, and that it no longer fits", () => {
    expect([sizeOf(paper(1_800_000, "tightest")), sizeOf(paper(4_200_000, "usual"))]).toEqual(["Gọn nhất, 1,8 MB", "4,2 MB"]);
    expect([overOf(paper(2_300_000, "tightest", 2_000_000)), overOf(paper(1_800_000, "tightest", 2_000_000)), overOf(paper(9, "usual"))]).toEqual([
      "quá 300 KB so với 2 MB đã chọn",
      null,
      null,
    ]);
  });
});
