import { beforeEach, expect, it, vi } from "vitest";
import { Refusal } from "../../api/http";
import type { BatchLine, Letter, LetterLine, Me } from "../../api/types";
import type { Asking } from "./asking.svelte";
import { Stack } from "./stack.svelte";

const box = vi.hoisted(() => ({ answer: null as BatchLine[] | Error | null, letters: {} as Record<string, unknown>, looked: [] as string[], lost: false }));
vi.stubGlobal("sessionStorage", { getItem: () => null, setItem: () => undefined });
vi.mock("../../api/box", () => ({
  signBatch: async () => {
    if (box.answer instanceof Error) throw box.answer;
    return box.answer;
  },
  letter: async (id: string) => {
    box.looked.push(id);
    return box.letters[id];
  },
  letters: async () => {
    if (box.lost) throw new Error("lost");
    return { items: Object.entries(box.letters).map(([id, letter]) => ({ id, version: (letter as Letter).version })) };
  },
}));

const me = { id: "head", role: "head" } as Me;
const asking = { chosen: { place: "file" }, body: () => ({ certificate: "c", pin: "", keep_open: false }) } as Asking;
const lines = ["a", "b", "c"].map((id) => ({ id, subject: id }) as LetterLine);
let version = 0;
const signature = (id: string, state: string, sentence = ""): Partial<Letter> =>
  ({ id, version: ++version, signatures: [{ signer_id: "head", certificate: "c", state, sentence }], annexes: [], seal: { state: "none" } }) as unknown as Partial<Letter>;

beforeEach(() => {
  Object.assign(box, { looked: [], lost: false });
  box.letters = { a: signature("a", "requested"), b: signature("b", "requested"), c: signature("c", "requested") };
  box.answer = [
    { letter: "a", asked: true },
    { letter: "b", asked: true },
    { letter: "c", asked: false, code: "sign.twice", sentence: "Bạn đã ký số văn bản này rồi." },
  ];
});

it("tells each document by itself, the refused one at once", async () => {
  const stack = new Stack("sign", me);
  stack.chosen = ["a", "b", "c"];
  expect(await stack.ask(lines, asking)).toBe(true);
  expect(stack.laid.map((one) => one.state)).toEqual(["asked", "asked", "failed"]);
  await stack.follow();
  expect(stack.running).toBe(true);
  box.letters["a"] = signature("a", "signed");
  box.letters["b"] = signature("b", "failed", "Tệp PDF bị hỏng.");
  await stack.follow();
  expect([stack.done, stack.running]).toEqual([1, false]);
  expect(stack.failed.map((one) => one.sentence)).toEqual(["Tệp PDF bị hỏng.", "Bạn đã ký số văn bản này rồi."]);
});

it("gathers what waits for a key elsewhere, so that one PIN signs all of it", async () => {
  const stack = new Stack("sign", me);
  stack.chosen = ["a", "b"];
  await stack.ask(lines, { ...asking, chosen: { place: "helper" } } as Asking);
  await stack.follow();
  // Its version stays: nobody did anything.
  for (const id of ["a", "b"]) box.letters[id] = { ...signature(id, "prepared"), version: (box.letters[id] as Letter).version };
  await stack.follow();
  expect(stack.prepared.map((one) => one.letter.id)).toEqual(["a", "b"]);
});

it("keeps what was chosen when the key was not opened", async () => {
  box.answer = new Refusal(422, { code: "seal.wrong_pin", detail: "Mã PIN không đúng.", fields: { pin: "Mã PIN không đúng." } });
  const stack = new Stack("sign", me);
  stack.chosen = ["a"];
  expect(await stack.ask(lines, asking)).toBe(false);
  expect(stack.chosen).toEqual(["a"]);
  expect(stack.attempt.fields["pin"]).toBe("Mã PIN không đúng.");
});

it("looks only at documents that have changed", async () => {
  const stack = new Stack("sign", me);
  stack.chosen = ["a", "b"];
  await stack.ask(lines, asking);
  await stack.follow();
  box.looked = [];
  await stack.follow();
  expect(box.looked).toEqual([]);
  box.letters["b"] = signature("b", "signed");
  await stack.follow();
  expect(box.looked).toEqual(["b"]);
  expect(stack.done).toBe(1);
});

it("looks at each where the list cannot be had", async () => {
  const stack = new Stack("sign", me);
  stack.chosen = ["a", "b"];
  await stack.ask(lines, asking);
  await stack.follow();
  Object.assign(box, { looked: [], lost: true });
  await stack.follow();
  expect(box.looked).toEqual(["a", "b"]);
});
