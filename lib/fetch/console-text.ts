import type { Failure } from './failure.js'

/** What a console line names besides the failure. */
export interface ConsoleContext {
  /** The URL that was asked for last. */
  readonly url: string
  /** The URL that the page asked for, if redirects led away from it. */
  readonly redirectedFrom?: string | undefined
  readonly origin: string
  readonly kind: 'preflight' | 'actual'
}

/**
 * The line that Chromium's console shows for a failure (third_party/blink/renderer/platform/loader/cors/cors_error_string.cc),
 * so that a developer finds by it what is in front of them. `undefined` where Chromium says nothing of CORS.
 */
export function consoleText (failure: Failure, { url, redirectedFrom, origin, kind }: ConsoleContext): string | undefined {
  const reason = reasonText(failure)
  if (reason === undefined) return undefined
  const from = redirectedFrom === undefined ? '' : ` (redirected from '${redirectedFrom}')`
  const preflight = kind === 'preflight' && failsAccessControlCheck(failure)
    ? "Response to preflight request doesn't pass access control check: "
    : ''
  return `Access to fetch at '${url}'${from} from origin '${origin}' has been blocked by CORS policy: ${preflight}${reason}`
}

/** Chromium counts the status and the redirect of a preflight among its access control check, but not the lists. */
function failsAccessControlCheck ({ code }: Failure): boolean {
  return code.startsWith('ALLOW_ORIGIN') || code === 'ALLOW_CREDENTIALS_NOT_TRUE' ||
    code === 'PREFLIGHT_STATUS_NOT_OK' || code === 'PREFLIGHT_REDIRECTED'
}

const SEND_VALID = ' Have the server send the header with a valid value.'

function reasonText (failure: Failure): string | undefined {
  switch (failure.code) {
    case 'ALLOW_ORIGIN_MISSING':
      return "No 'Access-Control-Allow-Origin' header is present on the requested resource."
    case 'ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS':
      return "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'."
    case 'ALLOW_ORIGIN_MULTIPLE':
      return `The 'Access-Control-Allow-Origin' header contains multiple values '${failure.value}', but only one is allowed.${SEND_VALID}`
    case 'ALLOW_ORIGIN_INVALID':
      return `The 'Access-Control-Allow-Origin' header contains the invalid value '${failure.value}'.${SEND_VALID}`
    case 'ALLOW_ORIGIN_MISMATCH':
      return `The 'Access-Control-Allow-Origin' header has a value '${failure.value}' that is not equal to the supplied origin.${SEND_VALID}`
    case 'ALLOW_CREDENTIALS_NOT_TRUE':
      return `The value of the 'Access-Control-Allow-Credentials' header in the response is '${failure.value}' which must be 'true' when the request's credentials mode is 'include'.`
    case 'PREFLIGHT_STATUS_NOT_OK':
      return 'It does not have HTTP ok status.'
    case 'PREFLIGHT_REDIRECTED':
      return 'Redirect is not allowed for a preflight request.'
    case 'ALLOW_METHODS_MALFORMED':
      return 'Cannot parse Access-Control-Allow-Methods response header field in preflight response.'
    case 'ALLOW_HEADERS_MALFORMED':
      return 'Cannot parse Access-Control-Allow-Headers response header field in preflight response.'
    case 'METHOD_NOT_ALLOWED':
      return `Method ${failure.method} is not allowed by Access-Control-Allow-Methods in preflight response.`
    case 'HEADER_NOT_ALLOWED':
      // Of several, Chromium names one, in the order of a hash table.
      return `Request header field ${failure.headers[0]} is not allowed by Access-Control-Allow-Headers in preflight response.`
    case 'REDIRECT_WITH_USERINFO':
      // Chromium has a place for the location, and leaves it empty.
      return "Redirect location '' contains a username and password, which is disallowed for cross-origin requests."
    case 'METHOD_FORBIDDEN':
    case 'REDIRECT_LOCATION_INVALID':
    case 'TOO_MANY_REDIRECTS':
      return undefined
  }
}
