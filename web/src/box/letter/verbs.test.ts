import { expect, it } from "vitest";
import { formVerbs } from "./verbs";

it("offers the head her directive before everything destructive, and never a verb without a form", () => {
  expect(formVerbs(["void", "read", "assign", "direct", "amend"])).toEqual(["direct", "assign", "void"]);
});
