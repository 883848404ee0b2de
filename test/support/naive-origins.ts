import type { Entry } from './arbitrary-origins.js'

// The reference that the implementation is held to: as plain as can be, slow, on the platform's URL, and without a line
// of lib/. It names what is deliberately stricter than URL: labels, lengths, port 0, and no files.

/** https://url.spec.whatwg.org/#special-scheme, but for file. */
export const SPECIAL_SCHEMES: readonly string[] = ['http', 'https', 'ws', 'wss', 'ftp']

interface Parts {
  readonly scheme: string
  readonly host: string
  readonly port: string
}

/** An origin's parts, if the text is one that a browser could send. */
export function originOf (text: string): Parts | undefined {
  const scheme = text.split('://')[0] ?? ''
  if (!/^[a-z][a-z0-9+.-]*$/.test(scheme) || scheme.length > 64 || scheme === 'file') return undefined
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return undefined
  }
  // The URL standard calls the origin of other schemes opaque; browsers send scheme and host all the same.
  const serialized = SPECIAL_SCHEMES.includes(scheme) ? url.origin : `${scheme}://${url.host}`
  if (serialized !== text || url.port === '0') return undefined
  const host = url.hostname
  if (!host.startsWith('[')) {
    const labels = host.replace(/\.$/, '').split('.')
    if (host.length > 253 || !labels.every(label => /^[a-z0-9_-]{1,63}$/.test(label))) return undefined
  }
  return { scheme, host, port: url.port }
}

/** Whether one of the entries allows an `Origin`. */
export function isAllowed (entries: readonly Entry[], text: string): boolean {
  const origin = originOf(text)
  return origin !== undefined && entries.some(entry =>
    entry.scheme === origin.scheme &&
    (entry.port === '*' || entry.port === origin.port) &&
    (entry.subdomains ? origin.host.endsWith(`.${entry.host}`) : origin.host === entry.host))
}
