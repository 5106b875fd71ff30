// The helper on this very PC, which lends the box the token plugged in here. It answers on loopback only, to pages it
// was paired with; bytes are hexadecimal there and base64 at the box.

import { Refusal } from "../../api/http";

/** `127.0.0.1` and not `localhost`: the page's policy names this one address. */
const AT = "http://127.0.0.1:9163";
const SECRET = "helper:secret";

export interface Hello {
  helper: string;
  version: string;
  paired: boolean;
  pairing: boolean;
}
interface Named {
  name: string;
  path: string;
}
interface HelperToken {
  label: string;
  serial: string;
  pin: "fine" | "few_tries" | "last_try" | "locked" | "not_ready";
  pin_typed_elsewhere: boolean;
  certificates: { facts: { subject_cn: string; organisation?: string | null; sha256_hex: string }; chain: string[] }[];
}
/** A key of this PC that can be chosen. */
export interface HelperKey {
  id: string;
  label: string;
  /** SHA-256 of its certificate; nobody knows it of a key file that is still locked. */
  certificate: string | null;
  /** DER in base64, its own first; none of a key file that is still locked. */
  chain: string[] | null;
  /** The PIN is typed on the token or in its vendor's window. */
  pinElsewhere: boolean;
  holder: { module: string; certificate: string } | { file: string };
}
export type Signed = { signature: string } | { code: string; detail: string };

/** No helper answers on this PC. */
export class NoHelper extends Refusal {
  constructor() {
    super(0, { code: "helper.gone", detail: "Trình ký trên máy này không trả lời. Hãy mở lại trình ký rồi bấm lại." });
  }
}

async function ask<T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  const secret = localStorage.getItem(SECRET);
  if (secret) headers["Authorization"] = `Bearer ${secret}`;
  const answer = await fetch(AT + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" }).catch(
    () => {
      throw new NoHelper();
    },
  );
  const said = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  if (answer.ok) return said as T;
  if (said["code"] === "helper.not_paired") localStorage.removeItem(SECRET);
  // A status of the helper's own must not be taken for a lost session at the box.
  throw new Refusal(answer.status, said);
}

/** Whether a helper is there and knows this page; `null` where none answers. */
export async function hello(): Promise<Hello | null> {
  try {
    return await ask<Hello>("GET", "/v1/hello");
  } catch (error) {
    // Some other program, or a helper that was never paired with this page: it answers without a word for us.
    if (error instanceof Refusal) return null;
    throw error;
  }
}

/** With the six digits the helper shows. It knows this page by its address, which no page can invent; the name is only shown. */
export async function pair(code: string, unit: string): Promise<void> {
  const { secret } = await ask<{ secret: string }>("POST", "/v1/pair", { code: code.replace(/\D/g, ""), box: { name: unit } });
  localStorage.setItem(SECRET, secret);
}

/** Every key of this PC: what is on its tokens, and its key files. */
export async function keys(): Promise<HelperKey[]> {
  const { modules, files } = await ask<{ modules: Named[]; files: Named[] }>("GET", "/v1/holders");
  const found: HelperKey[] = [];
  for (const module of modules) {
    // One vendor's broken software must not hide the others.
    const listed = await ask<{ tokens: HelperToken[] }>("POST", "/v1/tokens", { module: module.path }).catch(() => ({ tokens: [] }));
    for (const token of listed.tokens) {
      for (const { facts, chain } of token.certificates) {
        found.push({
          id: `${module.path} ${facts.sha256_hex}`,
          label: `${facts.subject_cn} · ${token.label.trim() || module.name}${pinWords(token.pin)}`,
          certificate: facts.sha256_hex,
          chain: chain.map(base64OfHex),
          pinElsewhere: token.pin_typed_elsewhere,
          holder: { module: module.path, certificate: facts.sha256_hex },
        });
      }
    }
  }
  for (const file of files) {
    found.push({ id: file.path, label: `Tệp khóa ${file.name}`, certificate: null, chain: null, pinElsewhere: false, holder: { file: file.path } });
  }
  return found;
}

/** What a token tells of its PIN, where it is worth a word. */
export function pinWords(pin: string): string {
  const words: Record<string, string> = {
    few_tries: " (đã gõ sai PIN, còn ít lần thử)",
    last_try: " (chỉ còn một lần thử PIN)",
    locked: " (đã khóa)",
    not_ready: " (phải đổi PIN trước)",
  };
  return words[pin] ?? "";
}

/** A key of this PC that its holder unlocked. */
export interface OpenKey {
  /** Signs each by itself, in order; a handful at a time, so that a page can show how far it is. */
  sign(attributes: string[]): Promise<Signed[]>;
  close(): Promise<void>;
}

/** Unlocks a key with its PIN. Whoever opens it closes it. */
export async function openKey(key: HelperKey, pin: string): Promise<OpenKey> {
  const { session } = await ask<{ session: string }>("POST", "/v1/open", { holder: key.holder, pin });
  return {
    async sign(attributes) {
      type Result = { signature: string } | { error: { code: string; detail: string } };
      const { results } = await ask<{ results: Result[] }>("POST", "/v1/sign", { session, documents: attributes.map(hexOfBase64) });
      return results.map((one) => ("signature" in one ? { signature: base64OfHex(one.signature) } : one.error));
    },
    async close() {
      await ask("POST", "/v1/close", { session }).catch(() => undefined);
    },
  };
}

/** The certificates of a key; a key file is opened for it. */
export async function chainOf(key: HelperKey, pin: string): Promise<string[]> {
  if (key.chain) return key.chain;
  const { session, chain } = await ask<{ session: string; chain: string[] }>("POST", "/v1/open", { holder: key.holder, pin });
  await ask("POST", "/v1/close", { session }).catch(() => undefined);
  return chain.map(base64OfHex);
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function hexOfBase64(text: string): string {
  return hex(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
}

export function base64OfHex(text: string): string {
  return btoa((text.match(/../g) ?? []).map((pair) => String.fromCharCode(parseInt(pair, 16))).join(""));
}
