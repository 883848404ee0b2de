import { parseUrl } from '../text/url.js'
import { parseOrigin } from './origin.js'
import { parsePattern, withoutWildcards, withWildcardsOf } from './pattern.js'

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i
/** A colon before any slash that no port follows: a scheme that isn't one, or lacks its slashes. */
const BROKEN_SCHEME = /^[^/[]*:(?![0-9*])/
const LOOPBACK_START = /^(?:localhost|127\.|\[::1\])/i

/** The longest text that is corrected: a URL. Longer ones are nobody's slip, and trimming them costs their length squared. */
const MAX_TEXT_LENGTH = 2048

/**
 * What somebody most likely meant by a text that isn't an origin or a pattern: the same, as browsers write it.
 *
 * @returns a text that is itself valid, or `undefined` where none is near
 */
export function correctOrigin (text: string): string | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined
  const bare = text.replace(/^["'\s]+|["'\s]+$/g, '').replaceAll('\\', '/').replace(/^\/\//, '')
  if (!SCHEME.test(bare) && BROKEN_SCHEME.test(bare)) return undefined
  const absolute = SCHEME.test(bare) ? bare : (LOOPBACK_START.test(bare) ? 'http://' : 'https://') + bare
  // Path and query go first: they may hide the wildcard port that the rest ends in.
  const authority = absolute.replace(/^([^:]+:\/\/[^/?#]*).*$/s, '$1')
  const origin = serialize(withoutWildcards(authority))
  if (origin === undefined) return undefined
  const corrected = withWildcardsOf(authority, origin)
  return parseOrigin(corrected) !== undefined || parsePattern(corrected) !== undefined ? corrected : undefined
}

function serialize (text: string): string | undefined {
  const url = parseUrl(text)
  if (url === undefined) return undefined
  const { protocol, hostname, port } = url
  // Not `url.origin`: that of a custom scheme is opaque to the URL standard; browsers send one all the same.
  return `${protocol}//${hostname.toLowerCase()}${port === '' || port === '0' ? '' : `:${port}`}`
}
