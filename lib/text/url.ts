/**
 * A text as a URL; `undefined` if it is none. Not by `URL.canParse`: in Node 20, after some thousand calls, it refuses
 * every text in Latin-1 that isn't ASCII.
 */
export function parseUrl (text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base)
  } catch {
    return undefined
  }
}
