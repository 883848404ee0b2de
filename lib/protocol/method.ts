import { isToken } from './token.js'

/** https://fetch.spec.whatwg.org/#cors-safelisted-method: never asked for by a preflight's method check. */
export const SAFELISTED_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST'])

/** https://fetch.spec.whatwg.org/#forbidden-method */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK'])

/** The order in which a list of methods is written: by habit first, so that equal sets give equal headers. */
const METHOD_ORDER = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'OPTIONS']

export function isForbiddenMethod (method: string): boolean {
  return FORBIDDEN_METHODS.has(method.toUpperCase())
}

/** Whether a page can ask for this method at all: a token, and not one that Fetch forbids. */
export function isAskableMethod (method: string): boolean {
  return isToken(method) && !isForbiddenMethod(method)
}

/** The value of `Access-Control-Allow-Methods` for a set of methods, forbidden ones left out. */
export function serializeMethods (methods: Iterable<string>): string {
  const known = new Set(methods)
  const ordered = METHOD_ORDER.filter(method => known.delete(method))
  return [...ordered, ...[...known].sort()].filter(method => !isForbiddenMethod(method)).join(', ')
}
