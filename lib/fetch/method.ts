const NORMALIZED: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'])

/** https://fetch.spec.whatwg.org/#concept-method-normalize: six methods are upper-cased, `patch` is not. */
export function normalizeMethod (method: string): string {
  const upper = method.toUpperCase()
  return NORMALIZED.has(upper) ? upper : method
}
