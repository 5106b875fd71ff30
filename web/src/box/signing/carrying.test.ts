import { beforeEach, expect, it, vi } from "vitest";
import { Refusal } from "../../api/http";
import type { Letter } from "../../api/types";
import { awaited, carry, exported, exportedAs, exportedName, fitting, imported, noteExported, sealing } from "./carrying";
import type { HelperKey, Signed } from "./helper";

const kept = new Map<string, string>();
vi.stubGlobal("localStorage", { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value) });
const told = (code: string, detail: string): Refusal => new Refusal(422, { code, detail });
const box = vi.hoisted(() => ({ digests: {} as Record<string, Error>, answers: {} as Record<string, Error>, asked: [] as string[] }));
vi.mock("../../api/box", () => ({
  signingDigest: async (id: string) => {
    box.asked.push(`digest ${id}`);
    if (box.digests[id]) throw box.digests[id];
    return { prepared: `p${id}`, attributes: id };
  },
  signingAnswer: async (id: string) => {
    box.asked.push(`answer ${id}`);
    if (box.answers[id]) throw box.answers[id];
  },
}));
const helper = vi.hoisted(() => ({ refuses: null as Error | null, sign: null as unknown as (attributes: string[]) => Promise<Signed[]>, closed: 0 }));
vi.mock("./helper", async (original) => ({
  ...(await original<typeof import("./helper")>()),
  openKey: async () => {
    if (helper.refuses) throw helper.refuses;
    return { sign: (attributes: string[]) => helper.sign(attributes), close: async () => void helper.closed++ };
  },
}));

beforeEach(() => {
  Object.assign(box, { digests: {}, answers: {}, asked: [] });
  Object.assign(helper, { refuses: null, closed: 0, sign: async (all: string[]) => all.map((one) => ({ signature: one })) });
  kept.clear();
});

const letters = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at));
const failed = (carried: { letter: string; sentence: string | null }[]): [string, string | null][] =>
  carried.filter((one) => one.sentence).map((one) => [one.letter, one.sentence]);

const key = (id: string, certificate: string | null): HelperKey => ({
  id, certificate, label: id, chain: null, pinElsewhere: false, holder: { file: id },
});

it("offers the key that was asked for before files that do not say whose they are, and no other token", () => {
  const keys = [key("file", null), key("other", "bb"), key("hers", "aa")];
  expect(fitting(keys, "aa").map((each) => each.id)).toEqual(["hers", "file"]);
});

it("writes what another program has to sign in hexadecimal", async () => {
  const blob = exported({ document: "12/QĐ", digest: "00ff", attributes: "MII=", certificate: "aa", prepared: "pp" });
  expect(JSON.parse(await blob.text())).toEqual({ document: "12/QĐ", digest: "00ff", attributes: "3082", certificate: "aa", prepared: "pp" });
});

it("takes a CMS as DER or as PEM, and a bare signature for what it is", async () => {
  const cms = new Uint8Array([0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]);
  expect(await imported(new File([cms], "a.p7s"))).toEqual({ cms: "MAsGCSqGSIb3DQEHAg==" });
  expect(await imported(new File([new Uint8Array([0x30, 0x82])], "a.sig"))).toEqual({ signature: "MII=" });
  const pem = "-----BEGIN CMS-----\nMII=\n-----END CMS-----\n";
  expect(await imported(new File([pem], "a.pem"))).toEqual({ cms: pem });
});

it("asks only the holder for her key, and the clerk for the unit's", () => {
  const letter = {
    signatures: [{ signer_id: "head", certificate: "c1", state: "prepared" }],
    annexes: [],
    seal: { state: "none" },
  } as unknown as Letter;
  expect(awaited(letter, { id: "head", role: "head" })).toBe("c1");
  expect(awaited(letter, { id: "clerk", role: "clerk" })).toBeNull();
  const record = { signatures: [], annexes: [], seal: { state: "prepared", certificate: "c2" } } as unknown as Letter;
  expect(awaited(record, { id: "clerk", role: "clerk" })).toBe("c2");
  expect(awaited(record, { id: "head", role: "head" })).toBeNull();
  const annex = { signatures: [], annexes: [{ state: "prepared", certificate: "c3" }], seal: { state: "sealed", certificate: "c2" } };
  expect(awaited(annex as unknown as Letter, { id: "clerk", role: "clerk" })).toBe("c3");
});

it("is through with a document when its annexes are, and names the one that failed", () => {
  const told = (seal: string, ...annexes: string[]) =>
    sealing({ seal: { state: seal }, annexes: annexes.map((state, at) => ({ state, title: `Phụ lục ${at}`, sentence: "Hỏng." })) } as unknown as Letter);
  expect(told("sealed").state).toBe("sealed");
  expect(told("requested", "requested").state).toBe("requested");
  expect(told("sealed", "sealed", "requested").state).toBe("requested");
  expect(told("sealed", "requested", "failed")).toEqual({ state: "failed", sentence: "Phụ lục 1: Hỏng." });
  expect(told("sealed", "none").state).toBe("failed");
});

it("carries a stack in handfuls, each brought back before the next, and moves on with every document", async () => {
  const at: number[] = [];
  const carried = await carry(letters(23), key("k", "aa"), "1", (done) => at.push(done));
  expect(failed(carried)).toEqual([]);
  expect(at).toEqual(letters(23).map((one) => Number(one) + 1));
  expect(box.asked.indexOf("answer 9")).toBeLessThan(box.asked.indexOf("digest 10"));
  expect(helper.closed).toBe(1);
});

it("loses only the document whose digest, signature or answer fails", async () => {
  box.digests["1"] = told("none", "Không còn chờ ký.");
  box.answers["3"] = told("seal.changed", "Chữ ký của lần trước.");
  helper.sign = async (all) => all.map((one) => (one === "2" ? { code: "helper.not_attributes", detail: "Không ký." } : { signature: one }));
  const carried = await carry(letters(12), key("k", "aa"), "1");
  expect(failed(carried)).toEqual([["1", "Không còn chờ ký."], ["2", "Không ký."], ["3", "Chữ ký của lần trước."]]);
  expect(box.asked).toContain("answer 11");
});

it("keeps what was signed before the token was pulled, and says of the rest what happened", async () => {
  helper.sign = async (all) => all.map((one) => (Number(one) < 12 ? { signature: one } : { code: "token.gone", detail: "Thẻ bị rút ra." }));
  const carried = await carry(letters(25), key("k", "aa"), "1");
  expect(failed(carried)).toEqual(letters(25).slice(12).map((one) => [one, "Thẻ bị rút ra."]));
  expect(box.asked).not.toContain("digest 20");
  expect(box.asked.filter((one) => one.startsWith("answer"))).toHaveLength(12);
});

it("keeps what was signed before the helper died", async () => {
  const sign = helper.sign;
  helper.sign = async (all) => {
    if (all.includes("10")) throw new Error("Trình ký không trả lời.");
    return sign(all);
  };
  expect(failed(await carry(letters(30), key("k", "aa"), "1"))).toEqual(letters(30).slice(10).map((one) => [one, "Trình ký không trả lời."]));
  expect(helper.closed).toBe(1);
});

it("asks for nothing where the PIN is refused", async () => {
  helper.refuses = told("token.wrong_pin", "Mã PIN không đúng.");
  await expect(carry(letters(3), key("k", "aa"), "1")).rejects.toThrow("Mã PIN không đúng.");
  expect(box.asked).toEqual([]);
});

it("says which prepared file a signature is for, so that the box can tell a stale one", () => {
  const [old, now] = ["0123456789ab".padEnd(64, "0"), "fedcba987654".padEnd(64, "0")];
  const letter = { number_text: "12/QĐ-THCS" } as Letter;
  expect(exportedName(letter, old)).toBe("ma-bam-12-QĐ-THCS-0123456789ab.json");
  expect(exportedAs("a", "ma-bam-12-QĐ-THCS-0123456789ab.json.p7s", now)).not.toBe(now);
  expect(exportedAs("a", "ma-bam-12-QĐ-THCS-fedcba987654 (1).p7s", now)).toBe(now);
  expect(exportedAs("a", "chu-ky.p7s", now)).toBe(now);
  noteExported("a", old);
  expect(exportedAs("a", "chu-ky.p7s", now)).toBe(old);
});
