/**
 * The request headers that a policy always allows: safelisted by Fetch for some values only
 * (https://fetch.spec.whatwg.org/#cors-safelisted-request-header), so that a JSON `content-type` needs them listed.
 */
export const SAFELISTED_REQUEST_HEADERS: readonly string[] =
  ['accept', 'accept-language', 'content-language', 'content-type', 'range']

/** https://fetch.spec.whatwg.org/#forbidden-request-header, less the three whose value decides. */
const FORBIDDEN_REQUEST_HEADERS: ReadonlySet<string> = new Set([
  'accept-charset', 'accept-encoding', 'access-control-request-headers', 'access-control-request-method', 'connection',
  'content-length', 'cookie', 'cookie2', 'date', 'dnt', 'expect', 'host', 'keep-alive', 'origin', 'referer',
  'set-cookie', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'via'
])

/** https://fetch.spec.whatwg.org/#forbidden-response-header-name */
const FORBIDDEN_RESPONSE_HEADERS: ReadonlySet<string> = new Set(['set-cookie', 'set-cookie2'])

/** Whether a page can never set this request header, so that no preflight ever asks for it. */
export function isForbiddenRequestHeader (name: string): boolean {
  const lower = name.toLowerCase()
  return FORBIDDEN_REQUEST_HEADERS.has(lower) || lower.startsWith('proxy-') || lower.startsWith('sec-')
}

/** Whether a page can never read this response header, whatever a server exposes. */
export function isForbiddenResponseHeader (name: string): boolean {
  return FORBIDDEN_RESPONSE_HEADERS.has(name.toLowerCase())
}
