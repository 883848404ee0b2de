import { parseUrl } from '../text/url.js'
import type { Engine } from './engine-differences.js'
import { differs } from './engine-differences.js'
import type { Failure } from './failure.js'
import type { HeaderList } from './header-list.js'
import { getHeader } from './header-list.js'
import type { HttpResponse } from './request.js'
import type { Steps } from './steps.js'

/** https://fetch.spec.whatwg.org/#redirect-status */
const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** https://fetch.spec.whatwg.org/#request-body-header-name */
const REQUEST_BODY_HEADERS: ReadonlySet<string> =
  new Set(['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length'])

/** https://fetch.spec.whatwg.org/#http-redirect-fetch */
export const MAX_REDIRECTS = 20

/** The part of a request that a redirect changes. */
export interface Hop {
  readonly url: string
  readonly method: string
  readonly headers: HeaderList
}

/** https://fetch.spec.whatwg.org/#concept-response-location-url; `undefined` where the browser hands the response out as it is. */
export function redirectLocation (response: HttpResponse): string | undefined {
  return REDIRECT_STATUSES.has(response.status) ? getHeader(response.headers, 'location') : undefined
}

/** What a redirect is judged by, besides the hop that it ends. */
export interface RedirectContext {
  /** The page's. */
  readonly origin: string
  /** Whether the response tainting is `cors`. */
  readonly crossOrigin: boolean
  readonly engine: Engine | undefined
}

/**
 * https://fetch.spec.whatwg.org/#http-redirect-fetch
 *
 * @returns the next hop, or why there is none
 */
export function followRedirect (hop: Hop, status: number, location: string, context: RedirectContext, steps: Steps): Hop | Failure {
  steps.enter('#http-redirect-fetch')
  const url = parseUrl(location, hop.url)
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return steps.fail(`The redirect ${status} goes to '${location}', which is no http: or https: URL`, { code: 'REDIRECT_LOCATION_INVALID', location })
  }
  if ((url.username !== '' || url.password !== '') && (context.crossOrigin || url.origin !== context.origin)) {
    return steps.fail(`The redirect ${status} goes to '${location}', which has a user name or a password`, { code: 'REDIRECT_WITH_USERINFO', location })
  }
  steps.pass(`The redirect ${status} goes to ${url.href}`)
  const leavesOrigin = url.origin !== new URL(hop.url).origin
  let { method, headers } = hop
  if (becomesGet(method, status, leavesOrigin, context.engine)) {
    method = 'GET'
    headers = headers.filter(([name]) => !REQUEST_BODY_HEADERS.has(name.toLowerCase()))
    steps.pass(`A ${hop.method} that is redirected with ${status} becomes a GET without a body`)
  }
  if (leavesOrigin) headers = headers.filter(([name]) => name.toLowerCase() !== 'authorization')
  return { url: url.href, method, headers }
}

function becomesGet (method: string, status: number, leavesOrigin: boolean, engine: Engine | undefined): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  return status === 303 ||
    ((status === 301 || status === 302) && method === 'POST') ||
    (leavesOrigin && method === 'DELETE' && differs(engine, 'deleteBecomesGetAcrossOrigins'))
}

/** https://fetch.spec.whatwg.org/#concept-request-tainted-origin: from then on the origin is sent, and compared, as `null`. */
export function hasRedirectTaintedOrigin (origin: string, urls: readonly string[]): boolean {
  const origins = urls.map(url => new URL(url).origin)
  return origins.some((current, index) => {
    const last = origins[index - 1]
    return last !== undefined && current !== last && origin !== last
  })
}
