/** Words of the command line in a form that errors may repeat: keys are hidden, and long words are cut. */

const apiKey = /^sf_[a-z0-9@-]+\.[\w-]+\.[\w-]+$/;
const sessionToken = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/;

export function isKey(word: string): boolean {
  const { SAMEFACE_KEY, SAMEFACE_API_KEY } = process.env;
  return (
    apiKey.test(word) ||
    sessionToken.test(word) ||
    (word !== "" && [SAMEFACE_KEY, SAMEFACE_API_KEY].includes(word))
  );
}

/** Longest name of a file; a photo in base64 is longer. */
const mostLetters = 255;
const lettersOfLong = 8;

export function shown(word: string, most = mostLetters): string {
  if (isKey(word)) return "(a key)";
  return word.length <= most ? word : `${word.slice(0, lettersOfLong)}… (${word.length} letters)`;
}

/**
 * Cuts a word that has no place on the line at a shorter length: the deployment's own key looks like any long word.
 */
export function shownStray(word: string): string {
  return shown(word, 24);
}
