import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

/** A set of CORS headers: every one that a response has, `Vary` included, so that absent ones are asserted too. */
export type CorsHeaders = Record<string, string>

/** All that a response says about CORS. */
export function corsHeaders (response: { headers: IncomingHttpHeaders | OutgoingHttpHeaders }): CorsHeaders {
  return Object.fromEntries(Object.entries(response.headers)
    .filter(([name]) => name === 'vary' || name.startsWith('access-control-'))
    .map(([name, value]) => [name, String(value)]))
}

/** The request headers of a preflight. */
export function preflight (origin: string, method: string, requestHeaders?: string): Record<string, string> {
  return {
    origin,
    'access-control-request-method': method,
    ...(requestHeaders === undefined ? {} : { 'access-control-request-headers': requestHeaders })
  }
}
