// Numbers and sizes as they are written here: `1.250`, `3,4 MB`.

const plain = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 1 });

export function count(value: number): string {
  return plain.format(value);
}

/** A MB is a million bytes, and what is over is rounded up: a file said to have 2 MB fits wherever 2 MB fit. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} byte`;
  if (bytes <= 999_000) return `${plain.format(Math.ceil(bytes / 1000))} KB`;
  return `${plain.format(Math.ceil(bytes / 100_000) / 10)} MB`;
}

/** Lower case without marks, `đ` as `d`: what a hurried typist means. */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/đ/g, "d");
}

export function matches(text: string, wanted: string): boolean {
  const hay = fold(text);
  return fold(wanted)
    .split(/\s+/)
    .every((word) => hay.includes(word));
}
