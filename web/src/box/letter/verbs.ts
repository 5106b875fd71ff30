// What may be done with a document, in the trade's words. The server says in `may` which of these hold now; here
// is only how each is asked for.

import type { Book, Hand, Verb } from "../../api/types";

export type Asks = "words" | "reason" | "report" | "people" | "due" | "paper" | "to";

export interface VerbForm {
  label: string;
  /** A sentence above the fields. */
  says?: string;
  asks: readonly Asks[];
  danger?: boolean;
  done: string;
}

export const VERBS: Record<Verb, VerbForm> = {
  submit: { label: "Trình", says: "Trình lên hiệu trưởng hoặc người bạn chọn.", asks: ["to"], done: "Đã trình." },
  direct: { label: "Cho ý kiến", asks: ["words", "people", "due"], done: "Đã ghi ý kiến." },
  assign: { label: "Giao", says: "Người chủ trì chịu trách nhiệm; người phối hợp cùng làm.", asks: ["people", "due"], done: "Đã giao." },
  complete: { label: "Hoàn thành", asks: ["report"], done: "Đã ghi là hoàn thành." },
  approve: { label: "Duyệt", asks: ["words"], done: "Đã duyệt. Văn thư sẽ phát hành." },
  release: { label: "Phát hành", says: "Văn bản nhận số tiếp theo trong sổ. Số đã cho không lấy lại được.", asks: [], done: "Đã phát hành." },
  sign: { label: "Ký số", says: "Ký bằng chứng thư của chính bạn. Sau đó văn thư đóng dấu; nội dung không sửa được nữa.", asks: [], done: "" },
  seal: { label: "Đóng dấu", says: "Chỉ văn thư đóng dấu, trên văn bản đã có chữ ký của người có thẩm quyền hoặc bản sao do trường quét.", asks: [], done: "" },
  unsign: { label: "Thôi chờ ký", says: "Văn bản không chờ khóa nữa; chưa có gì được ký. Có thể ký hoặc đóng dấu lại từ đầu.", asks: [], done: "Đã thôi chờ." },
  name_signers: {
    label: "Người ký",
    says: "Nêu ai phải ký số và ký theo thứ tự nào; đủ chữ ký mới đóng dấu được. Không nêu ai thì hiệu trưởng ký, hoặc người được giao ký thay.",
    asks: [],
    done: "Đã ghi người ký.",
  },
  attach: { label: "Gắn tệp", says: "Chọn tệp PDF, Word hoặc ảnh, hoặc giấy vừa quét ở bàn quét.", asks: ["paper"], done: "Đã gắn." },
  // Asked for beside the annexes themselves.
  add_annex: { label: "Thêm phụ lục", asks: ["paper"], done: "Đã thêm phụ lục." },
  remove_annex: { label: "Bỏ phụ lục", asks: [], danger: true, done: "Đã bỏ phụ lục." },
  transcribe: {
    label: "Lập bản “(đã ký và đóng dấu)”",
    says: "Cho đơn vị không có máy quét, khi bản giấy đã ký tay và đóng dấu. Máy ghi số, ngày và dòng “(đã ký và đóng dấu)” lên tệp Word hoặc PDF đã gắn; bản ấy thay bản quét, ghi rõ là bản điện tử của bản giấy lưu ở văn thư. Tệp cũ giữ nguyên.",
    asks: [],
    done: "Đã lập bản điện tử.",
  },
  amend: { label: "Sửa", asks: [], done: "Đã ghi lại." },
  return: { label: "Trả lại", asks: ["reason"], danger: true, done: "Đã trả lại." },
  void: { label: "Hủy số", says: "Số vẫn nằm trong sổ, gạch ngang, kèm lý do. Không dùng lại.", asks: ["reason"], danger: true, done: "Đã hủy." },
};

const DROP_DRAFT: VerbForm = {
  label: "Bỏ dự thảo",
  says: "Dự thảo thôi dùng; nó vẫn nằm trong danh sách, kèm lý do.",
  asks: ["reason"],
  danger: true,
  done: "Đã bỏ dự thảo.",
};
const SEND_BACK: VerbForm = {
  label: "Trả lại nơi gửi",
  says: "Số đến vẫn nằm trong sổ, gạch ngang, kèm lý do. Máy không tự báo: bạn gọi hoặc nhắn nơi gửi xin bản khác.",
  asks: ["reason"],
  danger: true,
  done: "Đã ghi trả lại trong sổ. Hãy báo nơi gửi xin bản khác.",
};

/** How a verb is asked for on this document; `sentBack` when it goes back to whoever sent it. */
export function formOf(verb: Verb, letter: { number?: number | null }, sentBack = false): VerbForm {
  if (verb !== "void") return VERBS[verb];
  if (sentBack) return SEND_BACK;
  return letter.number == null ? DROP_DRAFT : VERBS.void;
}

/** Onward steps first, then what mends, then what ends; the first onward one is the screen's main action. */
const ORDER: readonly Verb[] = [
  "direct", "approve", "complete", "release", "submit", "assign", "sign", "seal", "unsign", "attach", "name_signers", "transcribe", "amend", "return", "void",
];
const ASIDE: readonly Verb[] = ["unsign", "attach", "name_signers", "transcribe", "amend", "return", "void"];

export function formVerbs(may: readonly Verb[]): Verb[] {
  return ORDER.filter((verb) => may.includes(verb));
}

/** Whether this verb carries the document on. A seal on what came in only certifies a copy; each key has its turn. */
export function leadsOn(verb: Verb, { book, awaits }: { book: Book; awaits?: Hand | null }): boolean {
  if (verb === "sign" || verb === "seal") return book === "outgoing" && awaits === verb;
  return !ASIDE.includes(verb);
}

/** What heads write most, one tap each; the word stays editable. */
export const READY_WORDS = [
  "Chuyển bộ phận liên quan thực hiện.",
  "Phổ biến đến toàn thể giáo viên.",
  "Tham mưu kế hoạch trình tôi.",
  "Để biết, lưu hồ sơ.",
  "Báo cáo lại kết quả trước hạn.",
] as const;
