// How a signature or seal is seen, and where: millimetres on the page as it is read, from its upper left corner.

import type { Hand, Impression, Look, LookKind, SigningPlace } from "../../api/types";

/** As the box draws the page for a preview. */
const SHOWN_DPI = 110;
/** So much of an image stays on the page, so that a hand can always get hold of it again. */
const LEAST_INSIDE_MM = 10;
/** The lower right of A4, where the signer's block stands (decree 30/2020, appendix I). */
const USUAL = { left_mm: 125, top_mm: 205 };

export interface PageSize {
  width_mm: number;
  height_mm: number;
}

export const A4: PageSize = { width_mm: 210, height_mm: 297 };

/** The size of a page whose preview has so many pixels. */
export function sizeOf(width: number, height: number): PageSize {
  return { width_mm: (width / SHOWN_DPI) * 25.4, height_mm: (height / SHOWN_DPI) * 25.4 };
}

const between = (least: number, value: number, most: number): number => Math.min(most, Math.max(least, value));
const tenths = (mm: number): number => Math.round(mm * 10) / 10;

/** Put elsewhere on its page; never out of reach. */
export function placedAt(place: SigningPlace, left: number, top: number, page: PageSize): SigningPlace {
  const inside = (at: number, size: number, room: number): number => {
    const held = Math.min(LEAST_INSIDE_MM, size);
    return tenths(between(held - size, at, room - held));
  };
  return { ...place, left_mm: inside(left, place.width_mm, page.width_mm), top_mm: inside(top, place.height_mm, page.height_mm) };
}

/** Moved by so many millimetres. */
export function nudged(place: SigningPlace, dx: number, dy: number, page: PageSize): SigningPlace {
  return placedAt(place, place.left_mm + dx, place.top_mm + dy, page);
}

/** How the image is seen when a person asks for it where the box found no place. */
export function placeFor(image: Impression, page: number): SigningPlace {
  return { page, ...USUAL, width_mm: image.width_mm, height_mm: image.height_mm };
}

export interface LookChoice {
  value: LookKind;
  label: string;
  /** Needs an image of the seal or of the signature. */
  image: boolean;
}

const SIGN: readonly LookChoice[] = [
  { value: "picture", label: "Hình chữ ký, giữa chức vụ và họ tên", image: true },
  { value: "corner", label: "Khung chữ ở góc trên bên phải trang đầu", image: false },
  { value: "hidden", label: "Không hiện gì trên trang", image: false },
];
const SEAL: readonly LookChoice[] = [
  { value: "picture", label: "Hình dấu đỏ trên chữ ký", image: true },
  { value: "corner", label: "Khung chữ ở góc trên bên phải trang đầu", image: false },
  { value: "corner_seal", label: "Khung chữ, kèm hình dấu ở chỗ còn trống của trang đầu", image: true },
  { value: "hidden", label: "Không hiện gì trên trang", image: false },
];

/** What can be chosen with the images there are. */
export function looks(hand: Hand, image: Impression | null, textOnly = false): readonly LookChoice[] {
  const allowed = (choice: LookChoice): boolean => !textOnly || choice.value.startsWith("corner");
  return (hand === "sign" ? SIGN : SEAL).filter((choice) => (!choice.image || image) && allowed(choice));
}

/** The image in use: the last one that was brought, like the box has it. */
export function imageOf(hand: Hand, images: readonly Impression[]): Impression | null {
  const kind = hand === "sign" ? "signature" : "seal";
  return images.filter((image) => image.kind === kind).sort((a, b) => a.id.localeCompare(b.id)).at(-1) ?? null;
}

export const hasImage = (look: Look): boolean => look.kind === "picture" || look.kind === "corner_seal";

/** The look with another kind; its place is remembered while the form is open. */
export function withKind(look: Look, kind: LookKind, image: Impression | null, place: SigningPlace | null, pages: number): Look {
  const shown = kind === "picture" || kind === "corner_seal";
  return {
    kind,
    impression: shown ? image?.id : undefined,
    place: kind === "picture" && image ? (place ?? placeFor(image, pages)) : undefined,
    second_seal: shown && !!look.second_seal,
    untrusted_signer: look.untrusted_signer,
  };
}

/** `120 mm từ mép trái, 205 mm từ mép trên` */
export function spoken(place: SigningPlace): string {
  return `${Math.round(place.left_mm)} mm từ mép trái, ${Math.round(place.top_mm)} mm từ mép trên`;
}
