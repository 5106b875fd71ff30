import { expect, it } from "vitest";
import { formVerbs } from "./verbs";

it("offers the head her directive before everything destructive, and nothing that does not hold", () => {
  expect(formVerbs(["void", "assign", "direct"])).toEqual(["direct", "assign", "void"]);
});
