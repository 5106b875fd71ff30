import { expect, it } from "vitest";
import { base64OfHex, hexOfBase64, pinWords } from "./helper";

it("carries bytes between the helper's hexadecimal and the box's base64", () => {
  for (const [hex, base64] of [["", ""], ["00ff10", "AP8Q"], ["3082", "MII="]] as const) {
    expect(base64OfHex(hex)).toBe(base64);
    expect(hexOfBase64(base64)).toBe(hex);
  }
});

it("warns of a PIN only where something is the matter", () => {
  expect(pinWords("fine")).toBe("");
  expect(pinWords("last_try")).toContain("một lần");
});
