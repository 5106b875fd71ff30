import { expect, it } from "vitest";
import type { Verdict } from "../../api/types";
import { isBroken, LEVELS, levelTone, people, told } from "./verdict";

it("is red only where the paper should not be relied on", () => {
  const tones = (words: string[]) => words.map((word) => told(word).tone);
  expect(tones(["good"])).toEqual(["well"]);
  expect(tones(["untrusted", "expired", "changed_after_signing_allowed", "a newer word"])).toEqual(["wait", "wait", "wait", "wait"]);
  expect(tones(["revoked", "altered", "changed_after_signing_forbidden", "malformed"])).toEqual(["late", "late", "late", "late"]);
});

it("sends back what was changed, not what is merely unknown", () => {
  const verdict = (word: string): Verdict => ({ word, sentence: "", checked_at: "", signatures: [] });
  expect(isBroken(verdict("altered"))).toBe(true);
  expect(isBroken(verdict("untrusted"))).toBe(false);
});

it("names persons and units, not their time stamps", () => {
  const found = (kind: string) => ({ kind, word: "good", sentence: "", signer: "", organisation: "", unit: false, level: "", stamped: false });
  const verdict: Verdict = { word: "good", sentence: "", checked_at: "", signatures: [found("signature"), found("timestamp")] };
  expect(people(verdict)).toHaveLength(1);
});

it("stays calm while only a line is missing", () => {
  expect(levelTone({ level: "B-B", waits: "level.no_line" })).toBe("calm");
  expect(levelTone({ level: "B-T", waits: "level.untrusted" })).toBe("wait");
  expect(levelTone({ level: "B-B", waits: "level.revoked" })).toBe("late");
  expect(levelTone({ level: "B-LTA" })).toBe("well");
});

it("says each level in words nobody has to look up", () => {
  for (const words of Object.values(LEVELS)) expect(words).toMatch(/^[^\d-]+$/);
});
