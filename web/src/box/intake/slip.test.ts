import { beforeEach, expect, it, vi } from "vitest";
import { Refusal, Unreachable } from "../../api/http";
import { newId, Slip } from "./slip.svelte";

type Sent = { id: string; subject: string };
const box = vi.hoisted(() => ({ sent: [] as Sent[], answers: [] as (Error | { id: string; version: number })[] }));
vi.mock("../../api/box", () => ({
  enterLetter: async (slip: Sent) => {
    box.sent.push(slip);
    const answer = box.answers.shift();
    if (!answer || answer instanceof Error) throw answer ?? new Unreachable();
    return answer;
  },
}));

const EMPTY = { subject: "" };
const draft = ({ subject }: typeof EMPTY) => ({ book: "outgoing" as const, document_type: "report", subject });
const store = new Map<string, string>();

beforeEach(() => {
  store.clear();
  box.sent.length = box.answers.length = 0;
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => void store.set(key, value),
    removeItem: (key: string) => void store.delete(key),
  });
});

it("asks for the same document until it is in the book, and then for another", async () => {
  const slip = new Slip(EMPTY, "lan", "outgoing:");
  slip.fields.subject = "Báo cáo tháng";
  box.answers = [new Unreachable(), new Refusal(422, { detail: "Thiếu trích yếu." }), { id: "d1", version: 1 }];
  expect(await slip.enter(draft, false)).toBe(false);
  slip.fields.subject = "Báo cáo tháng 11";
  expect(await slip.enter(draft, false)).toBe(false);
  expect(await slip.enter(draft, false)).toBe(true);
  const ids = new Set(box.sent.map((each) => each.id));
  expect([box.sent.length, ids.size]).toEqual([3, 1]);

  slip.renew();
  box.answers = [{ id: "d2", version: 1 }];
  await slip.enter(draft, false);
  expect(ids).not.toContain(box.sent[3]?.id);
});

it("asks for the same document after the page was opened anew", async () => {
  const before = new Slip(EMPTY, "lan", "outgoing:");
  before.fields.subject = "Báo cáo tháng";
  before.keep();
  await before.enter(draft, false);
  const after = new Slip(EMPTY, "lan", "outgoing:");
  expect(after.fields.subject).toBe("Báo cáo tháng");
  await after.enter(draft, false);
  expect(box.sent).toHaveLength(2);
  expect(box.sent[1]).toEqual(box.sent[0]);
});

it("is another document than the one a second tab entered from the same draft", async () => {
  let otherTab = (_event: unknown): void => {};
  vi.stubGlobal("addEventListener", (_name: string, take: typeof otherTab) => (otherTab = take));
  vi.stubGlobal("removeEventListener", () => undefined);
  const slip = new Slip(EMPTY, "lan", "outgoing:");
  slip.watchOtherTabs();
  slip.keep();
  await slip.enter(draft, false);
  const [key, oldValue] = [...store][0] ?? [];
  otherTab({ key, oldValue, newValue: null });
  await slip.enter(draft, false);
  expect(box.sent).toHaveLength(2);
  expect(box.sent[1]?.id).not.toBe(box.sent[0]?.id);
});

it("makes ids the server takes for UUIDs", () => {
  expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
