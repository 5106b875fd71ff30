// What a check of signatures found, in a word and a tone.

import type { Level, Proof, Verdict } from "../../api/types";

export type VerdictTone = "well" | "wait" | "late" | "calm";

const WORDS: Record<string, { label: string; tone: VerdictTone }> = {
  good: { label: "Còn nguyên, tin được", tone: "well" },
  untrusted: { label: "Còn nguyên, chưa rõ nơi cấp", tone: "wait" },
  expired: { label: "Còn nguyên, chứng thư hết hạn", tone: "wait" },
  changed_after_signing_allowed: { label: "Có thêm phần được phép", tone: "wait" },
  revoked: { label: "Chứng thư đã bị thu hồi", tone: "late" },
  altered: { label: "Đã bị sửa", tone: "late" },
  changed_after_signing_forbidden: { label: "Bị thêm bớt sau khi ký", tone: "late" },
  malformed: { label: "Chữ ký hỏng", tone: "late" },
  not_signed: { label: "Không có chữ ký số", tone: "calm" },
};

export function told(word: string): { label: string; tone: VerdictTone } {
  return WORDS[word] ?? { label: "Cần xem", tone: "wait" };
}

/** What was signed is no longer what is seen: the paper goes back to its sender. */
export function isBroken(verdict: Verdict): boolean {
  return ["altered", "changed_after_signing_forbidden", "malformed"].includes(verdict.word);
}

/** Persons and units; time stamps speak through the signatures they prove. */
export function people(verdict: Verdict): Verdict["signatures"] {
  return verdict.signatures.filter((found) => found.kind !== "timestamp");
}

/** The levels of EN 319 142-1 as a person would say them. */
export const LEVELS: Record<Level, string> = {
  "B-B": "Đã ký",
  "B-T": "Có dấu thời gian",
  "B-LT": "Có bằng chứng",
  "B-LTA": "Đủ để lưu trữ",
};

const TONES: Record<Level, VerdictTone> = { "B-B": "calm", "B-T": "well", "B-LT": "well", "B-LTA": "well" };

/** What only waits for a line is calm; what needs a hand is not. */
export function levelTone(proof: Pick<Proof, "level" | "waits">): VerdictTone {
  if (["level.revoked", "level.expired"].includes(proof.waits ?? "")) return "late";
  if (["level.no_server", "level.untrusted"].includes(proof.waits ?? "")) return "wait";
  return proof.level ? TONES[proof.level] : "calm";
}
