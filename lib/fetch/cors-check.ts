import type { Failure } from './failure.js'
import { parseUrl } from '../text/url.js'
import { getHeader } from './header-list.js'
import type { CredentialsMode, HttpResponse } from './request.js'
import type { Steps } from './steps.js'

/**
 * https://fetch.spec.whatwg.org/#cors-check
 *
 * @param origin the serialised request origin, which a redirect may have made `null`
 * @returns why it failed; `undefined` for success
 */
export function corsCheck (origin: string, credentials: CredentialsMode, response: HttpResponse, steps: Steps): Failure | undefined {
  steps.enter('#cors-check')
  const allowOrigin = getHeader(response.headers, 'access-control-allow-origin')
  if (allowOrigin === undefined) {
    return steps.fail('The response has no Access-Control-Allow-Origin', { code: 'ALLOW_ORIGIN_MISSING' })
  }
  if (allowOrigin === '*' && credentials !== 'include') {
    return steps.pass('Access-Control-Allow-Origin is *, and the request carries no credentials')
  }
  if (allowOrigin !== origin) {
    return steps.fail(`Access-Control-Allow-Origin is '${allowOrigin}', which is not the request's origin '${origin}'`, mismatch(allowOrigin))
  }
  steps.pass(`Access-Control-Allow-Origin is the request's origin '${origin}'`)
  if (credentials !== 'include') return undefined
  const allowCredentials = getHeader(response.headers, 'access-control-allow-credentials') ?? ''
  if (allowCredentials !== 'true') {
    return steps.fail(
      `The request carries credentials, and Access-Control-Allow-Credentials is '${allowCredentials}', not 'true'`,
      { code: 'ALLOW_CREDENTIALS_NOT_TRUE', value: allowCredentials }
    )
  }
  return steps.pass("Access-Control-Allow-Credentials is 'true'")
}

/** To the standard each of these is just another value; to who has to repair it they are different mistakes. */
function mismatch (value: string): Failure {
  if (value === '*') return { code: 'ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS' }
  if (/[ ,]/.test(value)) return { code: 'ALLOW_ORIGIN_MULTIPLE', value }
  if (value !== 'null' && parseUrl(value) === undefined) return { code: 'ALLOW_ORIGIN_INVALID', value }
  return { code: 'ALLOW_ORIGIN_MISMATCH', value }
}
