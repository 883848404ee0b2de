/** An RFC 9110 §5.6.2 token: what a method or a header name is made of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/**
 * The longest method or header name that is taken from a request. Registered header names stay below 50 bytes; the
 * limit only keeps an attacker's name from being copied into a response.
 */
export const MAX_TOKEN_LENGTH = 128

export function isToken (text: string): boolean {
  return text.length <= MAX_TOKEN_LENGTH && TOKEN.test(text)
}
