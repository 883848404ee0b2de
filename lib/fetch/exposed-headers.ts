import { isForbiddenResponseHeader } from '../protocol/header-name.js'
import type { Engine } from './engine-differences.js'
import { differs } from './engine-differences.js'
import type { HeaderList } from './header-list.js'
import { extractTokens, getHeader } from './header-list.js'
import type { CredentialsMode } from './request.js'

/** https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name */
const SAFELISTED_RESPONSE_HEADERS: ReadonlySet<string> = new Set([
  'cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified', 'pragma'
])

/** https://fetch.spec.whatwg.org/#concept-filtered-response-cors: the headers that a page sees of a cross-origin response. */
export function exposedHeaders (headers: HeaderList, credentials: CredentialsMode, engine?: Engine): HeaderList {
  const listed = listedNames(headers, engine)
  // #main-fetch: with credentials, `*` is a name like any other.
  const all = listed.includes('*') && credentials !== 'include'
  const names = new Set(listed.map(name => name.toLowerCase()))
  return readableHeaders(headers).filter(([name]) => {
    const lower = name.toLowerCase()
    return all || names.has(lower) || SAFELISTED_RESPONSE_HEADERS.has(lower)
  })
}

/** A list that does not parse exposes nothing. */
function listedNames (headers: HeaderList, engine: Engine | undefined): readonly string[] {
  const listed = extractTokens(headers, 'access-control-expose-headers')
  if (listed !== 'failure') return listed ?? []
  const wildcardAhead = /^[ \t,]*(?:[^ \t,]+[ \t]*,[ \t,]*)*\*[ \t]*,/.test(getHeader(headers, 'access-control-expose-headers') as string)
  return wildcardAhead && differs(engine, 'malformedExposeHeadersKeepWildcard') ? ['*'] : []
}

/** https://fetch.spec.whatwg.org/#concept-filtered-response-basic: the headers that a page sees of its own origin's response. */
export function readableHeaders (headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !isForbiddenResponseHeader(name))
}
