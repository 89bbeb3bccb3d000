/** Speaks instructions, for people who do not see them and use no screen reader. */

/** Least time between the beginnings of two instructions, ms: one must be heard before the next. */
const leastGapMs = 1200;

export interface Voice {
  on: boolean;
  say(text: string, nowMs: number): void;
  hush(): void;
}

export const canSpeak = (): boolean => "speechSynthesis" in globalThis;

export function createVoice(language: () => string): Voice {
  let last = { text: "", atMs: Number.NEGATIVE_INFINITY };
  return {
    on: false,
    say(text, nowMs) {
      if (!this.on || !canSpeak() || text === last.text || nowMs - last.atMs < leastGapMs) return;
      last = { text, atMs: nowMs };
      speechSynthesis.cancel();
      const spoken = new SpeechSynthesisUtterance(text);
      spoken.lang = language();
      speechSynthesis.speak(spoken);
    },
    hush() {
      last = { text: "", atMs: Number.NEGATIVE_INFINITY };
      if (canSpeak()) speechSynthesis.cancel();
    },
  };
}
