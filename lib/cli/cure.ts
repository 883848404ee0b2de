import { getHeader } from '../fetch/header-list.js'
import type { FetchRequest, HttpResponse, SentRequest } from '../fetch/request.js'
import type { Blocked } from '../fetch/verdict.js'
import { SAFELISTED_REQUEST_HEADERS } from '../protocol/header-name.js'
import { parseUrl } from '../text/url.js'
import type { Exchange } from './send.js'

/** What to change so that the request passes. One sentence each, mostly. */
export interface Cure {
  /** For a server of any kind: which header to send, or what else to do. */
  readonly server: string
  /** With fastify-cors-policy: which option to write, or what else to do. */
  readonly plugin: string
}

interface Context {
  /** The origin that the server has to allow. */
  readonly origin: string
  readonly kind: SentRequest['kind']
  /** The actual request's method. */
  readonly method: string
  readonly credentials: boolean
  /** Whether redirects turned the page's origin into `null`. */
  readonly tainted: boolean
  /** The response that failed; one without headers where nothing was sent. */
  readonly response: HttpResponse
}

/** The cure for a request that was blocked, from the failure and the response that it is about. */
export function cure (blocked: Blocked, request: FetchRequest, exchanges: readonly Exchange[]): Cure {
  const origin = sentHeader(blocked.request, 'origin') ?? request.origin
  const context: Context = {
    origin,
    kind: blocked.request?.kind ?? 'actual',
    method: sentHeader(blocked.request, 'access-control-request-method') ?? request.method ?? 'GET',
    credentials: request.credentials === 'include',
    tainted: origin !== request.origin,
    response: exchanges.at(-1)?.response ?? { status: 0, headers: [] }
  }
  return cureFor(blocked.failure, context)
}

function sentHeader (sent: SentRequest | undefined, name: string): string | undefined {
  return sent === undefined ? undefined : getHeader(sent.headers, name)
}

function cureFor (failure: Blocked['failure'], context: Context): Cure {
  const { origin, credentials, response } = context
  const sendOrigin = `send 'Access-Control-Allow-Origin: ${origin}'`
  const originOption = `origin: ['${origin}']`
  switch (failure.code) {
    case 'METHOD_FORBIDDEN':
      return {
        server: `Let the page use another method: no page can send ${failure.method}, whatever the server answers`,
        plugin: 'No option allows it: route another method'
      }
    case 'ALLOW_ORIGIN_MISSING':
      return cureForMissing(context, sendOrigin, originOption)
    case 'ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS':
      return {
        server: `Instead of *, ${sendOrigin}, 'Access-Control-Allow-Credentials: true' and 'Vary: Origin'; or let the page send no credentials`,
        plugin: `Write ${originOption}, credentials: true`
      }
    case 'ALLOW_ORIGIN_MULTIPLE':
      return isRepeated(response, 'access-control-allow-origin')
        ? {
            server: `Send Access-Control-Allow-Origin once: application and proxy each add theirs; take it out of one, and in the other ${sendOrigin}`,
            plugin: `Let the plugin alone set it (${originOption}): take it out of the proxy, or of the other middleware`
          }
        : {
            server: `Of the allowed origins send only the one that asks: ${sendOrigin} and 'Vary: Origin'`,
            plugin: `Write ${originOption}, with all allowed origins as items: the plugin answers with the one that asks`
          }
    case 'ALLOW_ORIGIN_INVALID':
      return {
        server: `Instead of '${failure.value}', ${sendOrigin}: scheme, host and port as the browser sends them, no pattern`,
        plugin: `Write ${originOption}; patterns such as 'https://*.example.com' are matched by the plugin, and never sent`
      }
    case 'ALLOW_ORIGIN_MISMATCH':
      if (context.tainted) return cureForTainted(origin)
      return {
        server: `Instead of '${failure.value}', ${sendOrigin} and 'Vary: Origin'${difference(failure.value, origin)}`,
        plugin: `Write ${originOption}`
      }
    case 'ALLOW_CREDENTIALS_NOT_TRUE':
      return {
        server: isRepeated(response, 'access-control-allow-credentials')
          ? "Send 'Access-Control-Allow-Credentials: true' once: application and proxy each add theirs"
          : "Send 'Access-Control-Allow-Credentials: true', in small letters; or let the page send no credentials",
        plugin: 'Write credentials: true'
      }
    case 'PREFLIGHT_STATUS_NOT_OK':
      return cureForStatus(failure.status, originOption)
    case 'PREFLIGHT_REDIRECTED':
      return cureForRedirect(getHeader(response.headers, 'location') as string)
    case 'ALLOW_METHODS_MALFORMED':
      return {
        server: `Separate the methods by commas: 'Access-Control-Allow-Methods: GET, ${context.method}'`,
        plugin: 'Leave the option methods out, and let nothing else set the header: the plugin writes the list'
      }
    case 'ALLOW_HEADERS_MALFORMED':
      return {
        server: "Separate the header names by commas: 'Access-Control-Allow-Headers: Authorization, Content-Type'",
        plugin: 'Write allowedHeaders as a list, and let nothing else set the header: the plugin writes it'
      }
    case 'METHOD_NOT_ALLOWED':
      return cureForMethod(failure.method, literalWildcard(response, 'access-control-allow-methods', credentials))
    case 'HEADER_NOT_ALLOWED':
      return cureForHeaders(failure.headers, response, credentials)
    case 'REDIRECT_LOCATION_INVALID':
      return sameCure(`Redirect to an http: or https: URL, not to '${failure.location}'`)
    case 'REDIRECT_WITH_USERINFO':
      return sameCure('Redirect to a URL without user name and password')
    case 'TOO_MANY_REDIRECTS':
      return sameCure('Redirect once, to the last URL; if there is none, the redirects go in a circle')
  }
}

/** Where the plugin has no part in it. */
function sameCure (text: string): Cure {
  return { server: text, plugin: `${text}: no option changes it` }
}

function cureForMissing (context: Context, sendOrigin: string, originOption: string): Cure {
  const { kind, tainted, origin, response: { status } } = context
  if (tainted) return cureForTainted(origin)
  // A preflight that nobody took for one has no CORS headers either: its status is the cause to look at.
  if (kind === 'preflight' && (status < 200 || status > 299)) {
    const cure = cureForStatus(status, originOption)
    return { ...cure, server: `${cure.server}; then answer with a status of 200 to 299, and ${sendOrigin}` }
  }
  const where = kind === 'preflight' ? 'On the answer to OPTIONS' : status >= 400 ? `On errors too (this is a ${status})` : 'On every response'
  return {
    server: `${where}, ${sendOrigin} and 'Vary: Origin'`,
    plugin: `Write ${originOption}, and register the plugin in the scope of the route, before it, with await`
  }
}

/** https://fetch.spec.whatwg.org/#concept-request-tainted-origin */
function cureForTainted (origin: string): Cure {
  return sameCure(`Let the page ask for the last URL itself: after a redirect from one foreign origin to another the browser sends 'Origin: ${origin}', which is nobody's`)
}

function cureForRedirect (location: string): Cure {
  const page = `or let the page ask for the URL that it leads to (${location})`
  return { server: `Answer OPTIONS without a redirect; ${page}`, plugin: `Register the plugin before what redirects; ${page}` }
}

function cureForStatus (status: number, originOption: string): Cure {
  switch (status) {
    case 401:
    case 407:
      return {
        server: 'Let OPTIONS requests with Access-Control-Request-Method through before authentication: preflights carry no credentials',
        plugin: 'Register the plugin before the authentication hook'
      }
    case 403:
      return {
        server: 'Allow the origin, and let OPTIONS requests with Access-Control-Request-Method through before authentication, CSRF protection and firewall',
        plugin: `Write ${originOption}, and register the plugin before whatever else answers 403`
      }
    case 404:
    case 405:
    case 501:
      return {
        server: 'Answer OPTIONS at this URL, also behind a proxy that knows only the other methods',
        plugin: 'Register the plugin in the scope of the route, before it, with await'
      }
    default:
      return {
        server: `Answer the preflight with a status of 200 to 299; for the ${status} see the log of the server, or of the proxy before it`,
        plugin: `The plugin answers before the route does: for the ${status} look at hooks registered before it, and at the proxy`
      }
  }
}

function cureForMethod (method: string, wildcard: string): Cure {
  const upper = method.toUpperCase()
  if (method !== upper) {
    return sameCure(`Write method: '${upper}' in the page: browsers send '${method}' as it is, and methods are compared by case`)
  }
  return {
    server: `Add ${method} to Access-Control-Allow-Methods${wildcard}`,
    plugin: `Leave the option methods out, so that it is what the routes have, or add '${method}' to it`
  }
}

function cureForHeaders (names: readonly string[], response: HttpResponse, credentials: boolean): Cure {
  // Without credentials the wildcard covers all others.
  const wildcard = names.includes('authorization') && !credentials && getHeader(response.headers, 'access-control-allow-headers') === '*'
    ? ' (* does not cover it)'
    : literalWildcard(response, 'access-control-allow-headers', credentials)
  // What the plugin always allows is refused only where something else answers.
  const listed = names.filter(name => !SAFELISTED_REQUEST_HEADERS.includes(name)).map(name => `'${name}'`)
  return {
    server: `Add ${names.join(', ')} to Access-Control-Allow-Headers by name${wildcard}`,
    plugin: listed.length === 0
      ? `The plugin always allows ${names.join(', ')}: see what else answers the preflight`
      : `Write allowedHeaders: [${listed.join(', ')}], beside those that it has`
  }
}

/** https://fetch.spec.whatwg.org/#cors-protocol-and-credentials */
function literalWildcard (response: HttpResponse, name: string, credentials: boolean): string {
  return credentials && getHeader(response.headers, name) === '*' ? ' (with credentials, * is a name like any other)' : ''
}

function isRepeated (response: HttpResponse, name: string): boolean {
  return response.headers.filter(header => header[0].toLowerCase() === name).length > 1
}

/** What an origin that was sent has wrong, if it is nearly right. */
function difference (value: string, origin: string): string {
  const [sent, wanted] = [parseUrl(value), parseUrl(origin)]
  if (sent === undefined || wanted === undefined) return ''
  // The URL parser knows no origin for custom schemes.
  if (wanted.origin === 'null') return ''
  if (sent.origin === wanted.origin) return ': it differs in how it is written (a slash at the end, capitals, a default port)'
  if (sent.hostname === wanted.hostname) {
    return sent.port === wanted.port ? ': it differs in the scheme' : sent.protocol === wanted.protocol ? ': it differs in the port' : ''
  }
  const isNear = sent.hostname.endsWith(`.${wanted.hostname}`) || wanted.hostname.endsWith(`.${sent.hostname}`)
  return isNear ? ': it differs in the subdomain' : ''
}
