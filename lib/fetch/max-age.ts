import type { Engine } from './engine-differences.js'
import type { HeaderList } from './header-list.js'
import { getHeader } from './header-list.js'

/** https://fetch.spec.whatwg.org/#cors-preflight-fetch: without a valid `Access-Control-Max-Age`. */
export const DEFAULT_MAX_AGE = 5

/** The standard lets each engine have its own limit; these are theirs, in seconds. */
export const MAX_AGE_LIMITS: Readonly<Record<Engine, number>> = { chromium: 7200, gecko: 86400, webkit: 600 }

/** For how many seconds a browser need not send this preflight again. */
export function preflightMaxAge (headers: HeaderList, engine?: Engine): number {
  const value = getHeader(headers, 'access-control-max-age')
  const seconds = value !== undefined && /^[0-9]+$/.test(value) ? Number(value) : DEFAULT_MAX_AGE
  return engine === undefined ? seconds : Math.min(seconds, MAX_AGE_LIMITS[engine])
}
