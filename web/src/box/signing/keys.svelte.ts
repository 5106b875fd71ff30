// Keys in words, and which of them this person left open.

import type { Certificate, Hand, KeyPlace } from "../../api/types";
import { day } from "../../kit/dates";

/** A little less than the box keeps a key open, so that nobody is asked too late. */
const WHILE_MS = 14.5 * 60_000;

export const PLACES: Record<KeyPlace, string> = {
  file: "tệp khóa trong hộp",
  token: "thẻ cắm ở hộp",
  helper: "thẻ ở máy của người ký",
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

/** Keys left open for a quarter of an hour, by certificate. Gone with the page; the box asks again then. */
class OpenKeys {
  private until = $state<Record<string, number>>({});

  note(certificate: string): void {
    this.until[certificate] = Date.now() + WHILE_MS;
  }

  forget(certificate: string): void {
    delete this.until[certificate];
  }

  forgetAll(): void {
    this.until = {};
  }

  has(certificate: string): boolean {
    return (this.until[certificate] ?? 0) > Date.now();
  }
}

export const openKeys = new OpenKeys();
