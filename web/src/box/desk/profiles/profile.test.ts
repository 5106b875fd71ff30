import { describe, expect, it } from "vitest";
import type { Device, ScanOrder } from "../../../api/types";
import { buttonsOf, formOf, inWords } from "./profile";

const order: ScanOrder = { device: "a", source: "feeder", colour: "grey", dpi: 200, paper: "a4", both_sides_by_hand: true, turn_backs: true };
const sent = (with_: Partial<ScanOrder>) => formOf(" Công văn ", { ...order, ...with_ }, "Máy thử", "");

describe("a profile", () => {
  it("is told in one line", () => {
    expect(inWords({ settings: sent({}) })).toBe("Khay nạp, hai mặt lật tay · Xám · 200 dpi · A4 · quay mặt sau");
    expect(inWords({ settings: sent({ source: "flatbed" }) })).toBe("Mặt kính · Xám · 200 dpi · A4");
  });

  it.each<[Partial<ScanOrder>, boolean, boolean]>([
    [{}, true, true],
    [{ both_sides_by_hand: false }, false, false],
    [{ source: "feeder_duplex" }, false, true],
    [{ source: "flatbed" }, false, false],
  ])("keeps of %j only what its source can do", (with_, byHand, turns) => {
    expect(sent(with_)).toMatchObject({ name: "Công văn", both_sides_by_hand: byHand, turn_backs: turns, button: null });
  });

  it("keeps its button while the device is away", () => {
    expect(buttonsOf(undefined, "scan")).toEqual(["scan"]);
    expect(buttonsOf({ buttons: ["scan", "email"] } as unknown as Device, "scan")).toEqual(["scan", "email"]);
    expect(buttonsOf(undefined, null)).toEqual([]);
  });
});
