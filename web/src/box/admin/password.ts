// A first password one person reads out to another: words' syllables, no letters that look alike.

const SYLLABLES = ["ba", "ca", "da", "ga", "ha", "la", "ma", "na", "ra", "sa", "ta", "va", "be", "de", "ke", "le", "me", "ne", "te", "ve", "bo", "co", "do", "ho", "lo", "mo", "no", "so", "to", "vo"];

/** Five syllables and three digits: about 34 bits, changed by its owner at the first sign-in. */
export function firstPassword(random: (below: number) => number = below): string {
  const word = Array.from({ length: 5 }, () => SYLLABLES[random(SYLLABLES.length)]).join("");
  return `${word}-${String(100 + random(900))}`;
}

function below(limit: number): number {
  // 2^32 is so much larger than the lists here that the remainder's bias does not matter.
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % limit;
}
