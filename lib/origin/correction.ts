import { DEFAULT_PORTS, parseOrigin } from './origin.js'
import { parsePattern, withoutWildcards, withWildcardsOf } from './pattern.js'

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i
const LOOPBACK_START = /^(?:localhost|127\.|\[::1\])/i

/**
 * What somebody most likely meant by a text that isn't an origin or a pattern: the same, as browsers write it.
 *
 * @returns a text that is itself valid, or `undefined` where none is near
 */
export function correctOrigin (text: string): string | undefined {
  const bare = text.replace(/^["'\s]+|["'\s]+$/g, '').replaceAll('\\', '/')
  const absolute = SCHEME.test(bare) ? bare : (LOOPBACK_START.test(bare) ? 'http://' : 'https://') + bare
  // Path and query go first: they may hide the wildcard port that the rest ends in.
  const authority = absolute.replace(/^([^:]+:\/\/[^/?#]*).*$/s, '$1')
  const origin = serialize(withoutWildcards(authority))
  if (origin === undefined) return undefined
  const corrected = withWildcardsOf(authority, origin)
  return parseOrigin(corrected) !== undefined || parsePattern(corrected) !== undefined ? corrected : undefined
}

function serialize (text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, hostname, port, origin } = new URL(text)
  if (DEFAULT_PORTS.has(protocol.slice(0, -1))) return origin.replace(/:0$/, '')
  return `${protocol}//${hostname.toLowerCase()}${port === '' ? '' : `:${port}`}`
}
