/** Seeded damage to bodies of requests, which are texts with marks: pieces are inserted, removed, copied. */
import type { Random } from "./mutate.ts";

/** Text in Latin-1: each character is a byte. */
export interface MutatedText {
  readonly text: string;
  readonly how: string;
}

type Mutation = (text: string, random: Random, piece: () => string) => string;

const below = (random: Random, limit: number) => Math.floor(random() * limit);

export function pick<T>(list: readonly T[], random: Random): T {
  return list[below(random, list.length)];
}

const mutations: Readonly<Record<string, Mutation>> = {
  insert(text, random, piece) {
    const at = below(random, text.length + 1);
    return text.slice(0, at) + piece() + text.slice(at);
  },
  replace(text, random, piece) {
    const at = below(random, text.length + 1);
    return text.slice(0, at) + piece() + text.slice(at + 1 + below(random, 4));
  },
  remove(text, random) {
    const at = below(random, text.length + 1);
    return text.slice(0, at) + text.slice(at + 1 + below(random, random() < 0.7 ? 3 : 60));
  },
  repeat(text, random) {
    const at = below(random, text.length + 1);
    const copied = text.slice(at, at + 1 + below(random, 100));
    return text.slice(0, at) + copied.repeat(1 + below(random, 70)) + text.slice(at);
  },
  repeatPiece(text, random, piece) {
    const at = below(random, text.length + 1);
    return text.slice(0, at) + piece().repeat(1 + below(random, 200)) + text.slice(at);
  },
  flipBits(text, random) {
    const at = below(random, text.length);
    const byte = (text.charCodeAt(at) ^ (1 << below(random, 8))) & 0xff;
    return text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1);
  },
  truncate: (text, random) => text.slice(0, below(random, text.length + 1)),
  exchangePiece(text, random, piece) {
    const old = piece();
    return random() < 0.5 ? text.replace(old, piece) : text.replaceAll(old, piece());
  },
};

/** Makes none to three mutations of one of `texts`. */
export function mutateText(texts: readonly string[], pieces: readonly string[], random: Random): MutatedText {
  const chosen = Array.from({ length: below(random, 4) }, () => pick(Object.keys(mutations), random));
  let text = pick(texts, random);
  for (const name of chosen)
    if (text.length > 0) text = mutations[name](text, random, () => pick(pieces, random));
  return { text, how: chosen.join("+") || "as it is" };
}
