import { expect, it } from "vitest";
import { formOf, formVerbs, leadsOn } from "./verbs";

it("offers the head her directive before everything destructive, and nothing that does not hold", () => {
  expect(formVerbs(["void", "assign", "direct"])).toEqual(["direct", "assign", "void"]);
});

it("makes the key whose turn it is the main action, and only for what goes out", () => {
  const main = (book: "incoming" | "outgoing", awaits: "sign" | "seal" | null) =>
    formVerbs(["attach", "sign", "seal", "void"]).find((verb) => leadsOn(verb, { book, awaits }));
  expect(main("outgoing", "sign")).toBe("sign");
  expect(main("outgoing", "seal")).toBe("seal");
  expect(main("incoming", null)).toBeUndefined();
});

it("strikes out a number, drops a draft that has none, and tells who sends back to say so", () => {
  expect(formOf("void", { number: 12 }).label).toBe("Hủy số");
  expect(formOf("void", { number: null }).label).toBe("Bỏ dự thảo");
  expect(formOf("void", { number: 12 }, true).done).toContain("báo nơi gửi");
});
