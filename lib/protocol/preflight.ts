import type { IncomingHttpHeaders } from 'node:http'
import { isAskableMethod } from './method.js'
import { isToken } from './token.js'

/**
 * The longest `Access-Control-Request-Headers` that is read. A browser lists the names of one request; a hundred names
 * of forty bytes fit. Longer ones are an attack on whatever parses them (GHSA-mh55-gqvf-xfwm), not a page.
 */
export const MAX_REQUEST_HEADERS_LENGTH = 4096

/** The most names that are read from it, empty list elements included (RFC 9110 §5.6.1.2 asks to bear with a few). */
export const MAX_REQUEST_HEADERS_COUNT = 128

/** RFC 9110 §5.6.3; `trim()` would also take off bytes that no header name may have. */
const OPTIONAL_WHITE_SPACE = /^[ \t]+|[ \t]+$/g

/** The little of a Node request that tells a preflight from an actual request. */
export interface RequestHead {
  readonly method?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/**
 * Whether a request is a CORS preflight: `OPTIONS` with both `Origin` and `Access-Control-Request-Method`
 * (https://fetch.spec.whatwg.org/#cors-preflight-request). Everything else is an actual request.
 */
export function isPreflight (request: RequestHead): boolean {
  return request.method === 'OPTIONS' &&
    request.headers['access-control-request-method'] !== undefined &&
    request.headers.origin !== undefined
}

/** The method that a preflight asks for; `undefined` where no page could have asked for it. */
export function requestedMethod (headers: IncomingHttpHeaders): string | undefined {
  const method = headers['access-control-request-method']
  return method !== undefined && isAskableMethod(method) ? method : undefined
}

/**
 * The header names that a preflight asks for, checked, lower-case and each once, as a field value that can be sent
 * back; `undefined` where there are none, or where the field is too long, or not a list of names.
 */
export function requestedHeaders (headers: IncomingHttpHeaders): string | undefined {
  // Node joins repeated fields with ', '.
  const field = headers['access-control-request-headers']
  if (field === undefined || field.length > MAX_REQUEST_HEADERS_LENGTH) return undefined
  // Counted first: to split what is refused would cost more than all else.
  if (hasMoreElements(field, MAX_REQUEST_HEADERS_COUNT)) return undefined
  const names = new Set<string>()
  for (const element of field.split(',')) {
    const name = element.replace(OPTIONAL_WHITE_SPACE, '')
    if (name === '') continue
    if (!isToken(name)) return undefined
    names.add(name.toLowerCase())
  }
  return names.size === 0 ? undefined : [...names].join(', ')
}

function hasMoreElements (field: string, limit: number): boolean {
  let count = 1
  for (let comma = field.indexOf(','); comma !== -1; comma = field.indexOf(',', comma + 1)) {
    if (++count > limit) return true
  }
  return false
}
