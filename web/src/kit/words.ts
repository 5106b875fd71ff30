// Numbers and sizes as they are written here: `1.250`, `3,4 MB`.

const plain = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 1 });

export function count(value: number): string {
  return plain.format(value);
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} byte`;
  if (bytes < 1024 * 1024) return `${plain.format(Math.round(bytes / 1024))} KB`;
  return `${plain.format(bytes / (1024 * 1024))} MB`;
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
