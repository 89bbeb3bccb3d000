/** Source of unpredictable bytes; the Worker takes them from `crypto.getRandomValues`. */
export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>;
