/** A text as a title shows it: on one line, in ASCII, and short. */
export function showText (text: string): string {
  const escaped = JSON.stringify(text).replace(/[^ -~]/g, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return escaped.length > 120 ? `${escaped.slice(0, 120)}… (${text.length})` : escaped
}
