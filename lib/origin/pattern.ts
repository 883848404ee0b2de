import { DEFAULT_PORTS, isAddress, MAX_HOST_LENGTH, parseOrigin, type Origin } from './origin.js'

const SUBDOMAINS = '://*.'
const ANY_PORT = ':*'

/** A family of origins, written `https://*.example.com`, `http://localhost:*`, or both together. */
export interface OriginPattern {
  readonly scheme: string
  /** The host itself, or with `subdomains` the domain that the hosts end in. */
  readonly host: string
  /** One or more labels before the host; never the host itself. */
  readonly subdomains: boolean
  /** `''` for the scheme's default port, `'*'` for any port or none. */
  readonly port: string
}

/** Parses a pattern; `undefined` for everything else, an origin without `*` included. */
export function parsePattern (text: string): OriginPattern | undefined {
  const anyPort = text.endsWith(ANY_PORT)
  const subdomains = text.includes(SUBDOMAINS)
  if (!anyPort && !subdomains) return undefined

  const origin = parseOrigin(withoutWildcards(text))
  if (origin === undefined) return undefined
  if (subdomains && !mayHaveSubdomains(origin)) return undefined
  if (anyPort && origin.port !== '') return undefined
  return { scheme: origin.scheme, host: origin.host, subdomains, port: anyPort ? '*' : origin.port }
}

/** Addresses have none, nor has what custom schemes call a host, nor a name that leaves no room for another label. */
function mayHaveSubdomains ({ scheme, host }: Origin): boolean {
  return DEFAULT_PORTS.has(scheme) && !isAddress(host) && 'a.'.length + host.length <= MAX_HOST_LENGTH
}

/** The origin that remains of a pattern without its wildcards. */
export function withoutWildcards (text: string): string {
  const portless = text.endsWith(ANY_PORT) ? text.slice(0, -ANY_PORT.length) : text
  return portless.replace(SUBDOMAINS, '://')
}

/** Writes wildcards back where {@link withoutWildcards} took them off. */
export function withWildcardsOf (text: string, origin: string): string {
  const wide = text.includes(SUBDOMAINS) ? origin.replace('://', SUBDOMAINS) : origin
  return text.endsWith(ANY_PORT) ? wide + ANY_PORT : wide
}
