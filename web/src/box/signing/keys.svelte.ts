// Keys in words, and which of them this person left open.

import type { Certificate, Hand, KeyPlace } from "../../api/types";
import { day } from "../../kit/dates";

/** A little less than the box keeps a key open, so that nobody is asked too late. */
const WHILE_MS = 14.5 * 60_000;

export const PLACES: Record<KeyPlace, string> = {
  file: "khóa trong hộp",
  token: "khóa trong thẻ cắm ở hộp",
  helper: "khóa trong thẻ ở máy người ký",
  elsewhere: "khóa ở nơi khác",
};

/** Those that can be signed with now: one's own for a signature, the unit's for the seal. */
export function usable(hand: Hand, certificates: readonly Certificate[]): Certificate[] {
  return certificates.filter((found) => found.usable && (hand === "sign" ? found.mine : found.unit));
}

export function nameOf(certificate: Certificate): string {
  const whose = certificate.unit ? certificate.organisation || certificate.subject : certificate.subject;
  return `${whose} · ${PLACES[certificate.place]} · đến ${day(certificate.not_after)}`;
}

/** Whether the key is at the box, so that a PIN opens it here. */
export const isHere = (certificate: Certificate | undefined): boolean =>
  certificate?.place === "file" || certificate?.place === "token";

const SLOT = "open-keys";

/** Until when keys were left open, by certificate. The box alone decides; here it is only known not to ask. */
class OpenKeys {
  private until = $state<Record<string, number>>(remembered());

  note(certificate: string): void {
    this.keep({ ...this.until, [certificate]: Date.now() + WHILE_MS });
  }

  forget(certificate: string): void {
    this.keep({ ...this.until, [certificate]: 0 });
  }

  has(certificate: string): boolean {
    return (this.until[certificate] ?? 0) > Date.now();
  }

  /** A page opened anew in the same tab does not ask again. */
  private keep(until: Record<string, number>): void {
    this.until = until;
    sessionStorage.setItem(SLOT, JSON.stringify(until));
  }
}

function remembered(): Record<string, number> {
  try {
    return JSON.parse(sessionStorage.getItem(SLOT) ?? "{}") as Record<string, number>;
  } catch {
    return {};
  }
}

export const openKeys = new OpenKeys();
