import type { HeaderList } from '../../../lib/fetch/header-list.js'
import type { CredentialsMode, FetchRequest, HttpResponse } from '../../../lib/fetch/request.js'
import type { Page } from '../servers/pages.js'
import type { Random } from './random.js'
import { METHODS, type Setup, type SetupRoute } from './setup.js'

/** A request of a page, and what it is made to. */
export interface Case {
  readonly id: string
  readonly page: Page
  readonly request: Required<FetchRequest>
  readonly body?: string
  /** What the broken server answers; left out where the plugin does. */
  readonly broken?: BrokenServer
  readonly setup?: Setup
  /** The route that the plugin's options are asked about; none where the URL has no route. */
  readonly route?: SetupRoute
  readonly answer?: string
}

/** A server that isn't this plugin: right now and then, wrong in every way that people get it wrong. */
export interface BrokenServer {
  readonly preflight: HttpResponse
  readonly actual: HttpResponse
}

export interface Target {
  readonly pages: readonly Page[]
  readonly setups: readonly Setup[]
  /** The API's origins, one that the pages of `http:` ask, one for `https:`. */
  readonly httpOrigin: string
  readonly httpsOrigin: string
  /** The API by another name, where cross-origin redirects lead. */
  readonly otherHttpOrigin: string
  readonly otherHttpsOrigin: string
}

export function generateCase (random: Random, index: number, target: Target): Case {
  const id = String(index)
  const page = random.pick(target.pages)
  // Never from https: to http: that would be mixed content, which is another standard's.
  const isSecure = page.origin.startsWith('https:')
  const base = isSecure ? target.httpsOrigin : target.httpOrigin
  const other = isSecure ? target.otherHttpsOrigin : target.otherHttpOrigin
  const method = random.pick([...METHODS, 'GET', 'POST', 'PUT', 'put', 'delete', 'patch'])
  const hasBody = !/^(?:GET|HEAD|OPTIONS)$/i.test(method) && random.chance(0.5)
  const own = { page, method, headers: generateHeaders(random), credentials: generateCredentials(random) }
  if (random.chance(0.5)) {
    const request = { ...own, origin: page.origin, url: `${base}/broken/${index}?case=${id}` }
    return complete(id, page, request, hasBody, { broken: generateBroken(random, request, { pages: target.pages, base, other, id }) })
  }
  const setup = random.pick(target.setups)
  const route = random.pick(setup.routes)
  const path = random.mostly(0.9, route.path.replace(':parameter', 'any'), ['/nothing-here'])
  const answer = random.mostly(0.6, 'ok', ['created', 'missing', 'throws', 'invalid', 'redirect', 'own-headers', 'empty'])
  const request = { ...own, origin: page.origin, url: `${base}${setup.prefix}${path}?case=${id}&answer=${answer}` }
  return complete(id, page, request, hasBody, { setup, answer, ...(path === '/nothing-here' ? {} : { route }) })
}

function complete (id: string, page: Page, request: Required<FetchRequest>, hasBody: boolean, how: Pick<Case, 'broken' | 'setup' | 'route' | 'answer'>): Case {
  const { url, origin, method, headers, credentials } = request
  return { id, page, request: { url, origin, method, headers, credentials }, ...(hasBody ? { body: 'body' } : {}), ...how }
}

function generateCredentials (random: Random): CredentialsMode {
  return random.pick(['omit', 'same-origin', 'include', 'include'])
}

/** Values at the edges of the safelists: https://fetch.spec.whatwg.org/#cors-safelisted-request-header */
const HEADER_VALUES: ReadonlyArray<readonly [name: string, values: readonly string[]]> = [
  ['Authorization', ['Bearer x']],
  ['X-One', ['1']],
  ['x-two', ['', '2']],
  ['Content-Type', [
    'text/plain', 'text/plain;charset=utf-8', 'TEXT/plain', 'text/plain; charset="utf-8"', 'application/json', 'text/html',
    'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', 'application/x-www-form-urlencoded, text/plain', 'text'
  ]],
  ['Accept', ['*/*', 'text/html;q=0.9', 'a(b)', `text/${'x'.repeat(123)}`, `text/${'x'.repeat(124)}`]],
  ['Accept-Language', ['en', 'en;q=0.9, *', 'en_GB', 'en@x']],
  ['Content-Language', ['de', 'de/at']],
  ['Range', ['bytes=0-', 'bytes=0-9', 'bytes=-5', 'bytes=9-0', 'bytes=0-1,3-4', 'bytes = 0-1', 'lines=0-1']],
  ['DPR', ['2']],
  ['Save-Data', ['on']],
  ['Cookie', ['forbidden=1']],
  ['Sec-Own', ['forbidden']]
]

function generateHeaders (random: Random): HeaderList {
  if (random.chance(0.3)) return []
  return random.some(HEADER_VALUES, 0.17).map(([name, values]) => [name, random.pick(values)])
}

interface Where {
  readonly pages: readonly Page[]
  readonly base: string
  readonly other: string
  readonly id: string
}

function generateBroken (random: Random, request: FetchRequest, { pages, base, other, id }: Where): BrokenServer {
  const { origin, method = '', headers = [] } = request
  const others = pages.map(page => page.origin).filter(candidate => candidate !== origin)
  const lines = (name: string, values: readonly string[] | undefined): HeaderList => (values ?? []).map(value => [name, value])
  const allowOrigin = (usual: number) => lines('Access-Control-Allow-Origin', random.mostly<readonly string[] | undefined>(usual, [origin], [
    ['*'], ['*'], ['*'], ['null'], undefined, [''], [`${origin}/`], [origin.toUpperCase()], [others[0] ?? ''],
    [`${origin}, ${origin}`], [origin, origin], [origin, '*'], ['*', '*'], [`${origin} `], ['*, *'], ['localhost'], ['true']
  ]))
  const allowCredentials = () => lines('Access-Control-Allow-Credentials', random.mostly<readonly string[] | undefined>(0.7, ['true'], [
    undefined, ['True'], ['TRUE'], ['false'], [''], ['true', 'true'], ['true, true'], ['1']
  ]))
  const names = headers.map(([name]) => name)
  const goodStatus = random.pick([200, 204])
  return {
    preflight: {
      status: random.mostly(0.85, goodStatus, [201, 206, 299, 301, 302, 307, 400, 401, 403, 404, 405, 500, 503]),
      headers: [
        ...allowOrigin(0.75),
        ...allowCredentials(),
        ...lines('Access-Control-Allow-Methods', random.mostly<readonly string[] | undefined>(0.6, [method.toUpperCase()], [
          undefined, ['*'], ['*'], [''], [`GET,${method}`], ['GET, PUT', 'DELETE, PATCH'], [method.toLowerCase()], [', ,PUT,,DELETE ,'],
          ['GET PUT'], ['GET;PUT'], ['"PUT"'], ['*, PUT'], ['PUT', '*'], ['GET, (PUT)'], [`${method}\t,GET`]
        ])),
        ...lines('Access-Control-Allow-Headers', random.mostly<readonly string[] | undefined>(0.5, [names.join(', ')], [
          undefined, ['*'], ['*'], [''], ['*, Authorization'], ['*', 'authorization'], [names.slice(1).join(',')], [names.join(' ')], names,
          [names.join(',').toUpperCase()], ['X-One, X-Two, Authorization, Content-Type'], ['X-One; X-Two'], ['"X-One"'], ['X-One,,X-Two,']
        ])),
        ...lines('Access-Control-Max-Age', random.pick<readonly string[] | undefined>([undefined, ['0'], ['600'], ['-1'], ['x']])),
        ...lines('Location', random.pick<readonly string[] | undefined>([undefined, [`/broken/again?case=${id}`]]))
      ]
    },
    actual: {
      status: random.mostly(0.5, 200, [201, 206, 400, 401, 403, 404, 500, 301, 302, 303, 307, 308, 301, 302, 303, 307, 308]),
      headers: [
        ...allowOrigin(0.8),
        ...allowCredentials(),
        ...lines('Access-Control-Expose-Headers', random.pick<readonly string[] | undefined>([
          undefined, ['*'], ['*'], ['X-One'], ['x-one, X-TWO'], ['X-One', 'X-Two'], [''], ['X-One X-Two'], ['X-One, "X-Two"'], ['*, X-One'],
          ['Set-Cookie, X-Two'], ['*, a b']
        ])),
        ...lines('Location', random.pick<readonly string[] | undefined>([
          undefined, [`/broken/again?case=${id}`], [`${other}/broken/other?case=${id}`],
          [`${other}/broken/other?case=${id}`], [`${base.replace('//', '//user:secret@')}/broken/user?case=${id}`],
          ...(origin !== 'null' ? [[`${origin}/own?case=${id}`]] : [])
        ])),
        ['X-One', 'one'],
        ['X-Two', 'two'],
        ['X-Two', 'deux'],
        ['ETag', '"etag"'],
        ['Cache-Control', 'no-store'],
        ['Content-Language', 'en'],
        ['Pragma', 'no-cache'],
        ['Expires', '0'],
        ['Last-Modified', 'Thu, 01 Jan 1970 00:00:00 GMT'],
        ['Set-Cookie', 'generated=1']
      ]
    }
  }
}
