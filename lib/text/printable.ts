/**
 * Escapes what would break a line, steer a terminal, or turn the direction of the text. In JSON these are escapes of
 * the same character, so that the text of a JSON document keeps its meaning.
 */
export function printable (text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, character =>
    character.split('').map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''))
}
