// The columns of the two legal books (Decree 30/2020, appendix IV), in their order. Columns a hand fills in
// (handing over, signing for it) are on paper only; the screen has the state in their place.

import type { Book, LetterLine } from "../../api/types";
import { day } from "../../kit/dates";

export interface Column {
  head: string;
  width: string;
  text: (letter: LetterLine) => string;
  on?: "paper" | "screen";
  kind?: "number" | "subject" | "state";
  /** Makes room when the paper lies beside the book, which then tells it or shows it. */
  yields?: true;
}

const subject = (letter: LetterLine): string =>
  letter.document_type_name ? `${letter.document_type_name}: ${letter.subject}` : letter.subject;
const nothing = (): string => "";

const INCOMING: readonly Column[] = [
  { head: "Ngày đến", width: "88px", text: (l) => day(l.entered_on) },
  { head: "Số đến", width: "52px", text: (l) => l.number_text ?? "", kind: "number" },
  { head: "Tác giả", width: "14%", text: (l) => l.issuing_body },
  { head: "Số, ký hiệu", width: "11%", text: (l) => l.reference_code },
  { head: "Ngày tháng văn bản", width: "88px", text: (l) => day(l.issue_date) },
  { head: "Tên loại và trích yếu", width: "auto", text: subject, kind: "subject" },
  { head: "Đơn vị hoặc người nhận", width: "11%", text: (l) => l.recipients, yields: true },
  { head: "Ngày chuyển", width: "9%", text: nothing, on: "paper" },
  { head: "Ký nhận", width: "9%", text: nothing, on: "paper" },
  { head: "Tình trạng", width: "104px", text: (l) => l.state_name, on: "screen", kind: "state", yields: true },
  { head: "Ghi chú", width: "7%", text: (l) => l.note, yields: true },
];

const OUTGOING: readonly Column[] = [
  { head: "Số, ký hiệu", width: "12%", text: (l) => l.number_text || l.reference_code, kind: "number" },
  { head: "Ngày tháng văn bản", width: "88px", text: (l) => day(l.issue_date) },
  { head: "Tên loại và trích yếu", width: "auto", text: subject, kind: "subject" },
  { head: "Người ký", width: "13%", text: (l) => l.signatory, yields: true },
  { head: "Nơi nhận", width: "15%", text: (l) => l.recipients },
  { head: "Đơn vị, người nhận bản lưu", width: "10%", text: nothing, on: "paper" },
  { head: "Số lượng bản", width: "74px", text: (l) => (l.copies ? String(l.copies) : ""), yields: true },
  { head: "Ngày chuyển", width: "8%", text: nothing, on: "paper" },
  { head: "Ký nhận", width: "8%", text: nothing, on: "paper" },
  { head: "Tình trạng", width: "104px", text: (l) => l.state_name, on: "screen", kind: "state", yields: true },
  { head: "Ghi chú", width: "7%", text: (l) => l.note, yields: true },
];

export function columns(book: Book): readonly Column[] {
  return book === "incoming" ? INCOMING : OUTGOING;
}

export const BOOK_NAMES: Record<Book, { title: string; legal: string }> = {
  incoming: { title: "Văn bản đến", legal: "Sổ đăng ký văn bản đến" },
  outgoing: { title: "Văn bản đi", legal: "Sổ đăng ký văn bản đi" },
};

/** The states one may filter by, as chips. */
export const STATES: Record<Book, readonly { value: string; label: string }[]> = {
  incoming: [
    { value: "registered", label: "Đã vào sổ" },
    { value: "submitted", label: "Đã trình" },
    { value: "assigned", label: "Đã giao" },
    { value: "completed", label: "Đã hoàn thành" },
    { value: "void", label: "Đã hủy" },
  ],
  outgoing: [
    { value: "draft", label: "Dự thảo" },
    { value: "submitted", label: "Đã trình" },
    { value: "approved", label: "Đã duyệt" },
    { value: "released", label: "Đã phát hành" },
    { value: "void", label: "Đã hủy" },
  ],
};
