import t from 'tap'
import { judge } from '../lib/fetch/cors-fetch.js'
import { consoleText } from '../lib/fetch/console-text.js'
import { differs, ENGINE_DIFFERENCES, type Engine, type EngineDifference } from '../lib/fetch/engine-differences.js'
import { exposedHeaders } from '../lib/fetch/exposed-headers.js'
import type { Failure } from '../lib/fetch/failure.js'
import { extractTokens, getHeader, type HeaderList } from '../lib/fetch/header-list.js'
import { preflightMaxAge } from '../lib/fetch/max-age.js'
import { normalizeMethod } from '../lib/fetch/method.js'
import type { CredentialsMode, FetchRequest, HttpResponse } from '../lib/fetch/request.js'
import { isSafelistedRequestHeader, unsafeRequestHeaderNames } from '../lib/fetch/safelist.js'

const PAGE = 'https://page.example'
const API = 'https://api.example'
const OTHER = 'https://other.example'

const request = (more: Partial<FetchRequest> = {}): FetchRequest => ({ url: `${API}/`, origin: PAGE, ...more })
const response = (headers: Record<string, string>, status = 200): HttpResponse => ({ status, headers: Object.entries(headers) })
const allow = (more: Record<string, string> = {}, status = 200) => response({ 'Access-Control-Allow-Origin': PAGE, ...more }, status)

/** The outcome in one word: the failure's code where there is one. */
function outcome (asked: FetchRequest, responses: readonly HttpResponse[], engine?: Engine): string {
  const verdict = judge(asked, responses, engine)
  return verdict.outcome === 'blocked' ? verdict.failure.code : verdict.outcome
}

t.test('the CORS check (#cors-check)', async t => {
  const credentials = { 'Access-Control-Allow-Credentials': 'true' }
  const rows: ReadonlyArray<readonly [title: string, mode: CredentialsMode, headers: Record<string, string>, expected: string]> = [
    ['no allow-origin', 'omit', {}, 'ALLOW_ORIGIN_MISSING'],
    ['* without credentials', 'omit', { 'Access-Control-Allow-Origin': '*' }, 'readable'],
    ['* in mode same-origin', 'same-origin', { 'Access-Control-Allow-Origin': '*' }, 'readable'],
    ['* with credentials', 'include', { 'Access-Control-Allow-Origin': '*', ...credentials }, 'ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS'],
    ['the origin', 'omit', { 'access-control-allow-ORIGIN': PAGE }, 'readable'],
    ['another origin', 'omit', { 'Access-Control-Allow-Origin': OTHER }, 'ALLOW_ORIGIN_MISMATCH'],
    ['null for a page that is not', 'omit', { 'Access-Control-Allow-Origin': 'null' }, 'ALLOW_ORIGIN_MISMATCH'],
    ['a trailing slash', 'omit', { 'Access-Control-Allow-Origin': `${PAGE}/` }, 'ALLOW_ORIGIN_MISMATCH'],
    ['upper case', 'omit', { 'Access-Control-Allow-Origin': PAGE.toUpperCase() }, 'ALLOW_ORIGIN_MISMATCH'],
    ['two values in one field', 'omit', { 'Access-Control-Allow-Origin': `${PAGE}, ${PAGE}` }, 'ALLOW_ORIGIN_MULTIPLE'],
    ['two fields', 'omit', { 'Access-Control-Allow-Origin': PAGE, 'access-control-allow-origin': PAGE }, 'ALLOW_ORIGIN_MULTIPLE'],
    ['no URL', 'omit', { 'Access-Control-Allow-Origin': 'page.example' }, 'ALLOW_ORIGIN_INVALID'],
    ['an empty value', 'omit', { 'Access-Control-Allow-Origin': '' }, 'ALLOW_ORIGIN_INVALID'],
    ['the origin with credentials', 'include', { 'Access-Control-Allow-Origin': PAGE, ...credentials }, 'readable'],
    ['the origin, credentials not allowed', 'include', { 'Access-Control-Allow-Origin': PAGE }, 'ALLOW_CREDENTIALS_NOT_TRUE'],
    ['True is not true', 'include', { 'Access-Control-Allow-Origin': PAGE, 'Access-Control-Allow-Credentials': 'True' }, 'ALLOW_CREDENTIALS_NOT_TRUE']
  ]
  for (const [title, mode, headers, expected] of rows) t.equal(outcome(request({ credentials: mode }), [response(headers)]), expected, title)
  t.equal(outcome({ url: API, origin: 'null' }, [response({ 'Access-Control-Allow-Origin': 'null' })]), 'readable', 'an opaque origin is null')
})

t.test('the preflight check (#cors-preflight-fetch)', async t => {
  const own = { Authorization: 'Bearer x', 'X-Own': '1', 'Content-Type': 'application/json' }
  const asked = request({ method: 'PUT', headers: Object.entries(own) })
  const names = 'authorization, X-OWN,content-type'
  const methods = { 'Access-Control-Allow-Methods': 'GET, PUT' }
  const lists = { ...methods, 'Access-Control-Allow-Headers': names }
  const credentials = { 'Access-Control-Allow-Credentials': 'true' }
  const rows: ReadonlyArray<readonly [title: string, asked: FetchRequest, preflight: HttpResponse, expected: string]> = [
    ['all listed', asked, allow(lists, 204), 'pending'],
    ['no allow-origin', asked, response(lists), 'ALLOW_ORIGIN_MISSING'],
    ['the check of the origin comes before that of the status', asked, response(lists, 403), 'ALLOW_ORIGIN_MISSING'],
    ['credentials are checked though none are sent', { ...asked, credentials: 'include' }, allow(lists), 'ALLOW_CREDENTIALS_NOT_TRUE'],
    ['status 401', asked, allow(lists, 401), 'PREFLIGHT_STATUS_NOT_OK'],
    ['status 299', asked, allow(lists, 299), 'pending'],
    ['status 199', asked, allow(lists, 199), 'PREFLIGHT_STATUS_NOT_OK'],
    ['a redirect', asked, allow({ ...lists, Location: '/' }, 308), 'PREFLIGHT_REDIRECTED'],
    ['a redirect that leads nowhere', asked, allow(lists, 308), 'PREFLIGHT_STATUS_NOT_OK'],
    ['methods that do not parse', asked, allow({ ...lists, 'Access-Control-Allow-Methods': 'PUT;GET' }), 'ALLOW_METHODS_MALFORMED'],
    ['headers that do not parse', asked, allow({ ...lists, 'Access-Control-Allow-Headers': 'x own' }), 'ALLOW_HEADERS_MALFORMED'],
    ['empty elements', asked, allow({ ...lists, 'Access-Control-Allow-Methods': ',,PUT ,' }), 'pending'],
    ['no methods', asked, allow({ 'Access-Control-Allow-Headers': names }), 'METHOD_NOT_ALLOWED'],
    ['a method in lower case', asked, allow({ ...lists, 'Access-Control-Allow-Methods': 'put' }), 'METHOD_NOT_ALLOWED'],
    ['a method that is not normalised', { ...asked, method: 'patch' }, allow({ ...lists, 'Access-Control-Allow-Methods': 'PATCH' }), 'METHOD_NOT_ALLOWED'],
    ['a safelisted method needs no listing', { ...asked, method: 'POST' }, allow({ 'Access-Control-Allow-Headers': names }), 'pending'],
    ['methods: *', asked, allow({ ...lists, 'Access-Control-Allow-Methods': '*' }), 'pending'],
    ['methods: * with credentials', { ...asked, credentials: 'include' }, allow({ ...lists, ...credentials, 'Access-Control-Allow-Methods': '*' }), 'METHOD_NOT_ALLOWED'],
    ['a method * with credentials', { ...asked, method: '*', credentials: 'include' }, allow({ ...lists, ...credentials, 'Access-Control-Allow-Methods': '*' }), 'pending'],
    ['no headers', asked, allow(methods), 'HEADER_NOT_ALLOWED'],
    ['headers: * does not cover Authorization', asked, allow({ ...methods, 'Access-Control-Allow-Headers': '*' }), 'HEADER_NOT_ALLOWED'],
    ['headers: *, Authorization', asked, allow({ ...methods, 'Access-Control-Allow-Headers': '*, authorization' }), 'pending'],
    ['headers: * with credentials', { ...asked, credentials: 'include' }, allow({ ...methods, ...credentials, 'Access-Control-Allow-Headers': '*, authorization' }), 'HEADER_NOT_ALLOWED']
  ]
  for (const [title, asking, preflight, expected] of rows) t.equal(outcome(asking, [preflight]), expected, title)

  t.match(judge(asked, []), {
    outcome: 'pending',
    next: {
      kind: 'preflight',
      method: 'OPTIONS',
      url: `${API}/`,
      credentials: false,
      headers: [
        ['accept', '*/*'], ['origin', PAGE], ['access-control-request-method', 'PUT'],
        ['access-control-request-headers', 'authorization,content-type,x-own']
      ]
    }
  }, 'what it asks: names in lower case, sorted, joined by a comma')
  t.notOk(JSON.stringify(judge(request({ method: 'PUT' }), [])).includes('access-control-request-headers'), 'no field without names')
  t.match(judge(asked, [allow(methods)]), { failure: { headers: ['authorization', 'content-type', 'x-own'] } }, 'every refused header is named')
  t.match(judge(asked, [allow(lists)]), { next: { kind: 'actual', method: 'PUT', headers: [...Object.entries(own), ['origin', PAGE]] } })
})

t.test('the safelists', async t => {
  const long = (length: number) => 'x'.repeat(length)
  const rows: ReadonlyArray<readonly [name: string, value: string, safelisted: boolean]> = [
    ['Accept', 'text/html, */*;q=0.1', true], ['accept', 'a:b', false], ['accept', long(128), true], ['accept', long(129), false],
    ['accept', 'a\tb', true], ['accept', 'a\x7f', false],
    ['Accept-Language', 'de, en;q=0.5', true], ['accept-language', 'de_DE', false],
    ['Content-Language', 'de', true], ['content-language', 'de/at', false],
    ['Content-Type', 'text/plain', true], ['content-type', 'TEXT/PLAIN ; charset=utf-8', true],
    ['content-type', 'multipart/form-data; boundary=x', true], ['content-type', 'application/x-www-form-urlencoded', true],
    ['content-type', 'application/json', false], ['content-type', 'text/plain; x="y"', false], ['content-type', 'text', false],
    ['Range', 'bytes=0-', true], ['range', 'bytes=5-5', true], ['range', 'bytes=6-5', false], ['range', 'bytes=-5', false],
    ['range', 'bytes=0-1,2-3', false], ['range', 'bytes=9-10', true], ['range', 'bytes=0-184467440737095516160', true],
    ['X-Own', '', false], ['DPR', '2', false]
  ]
  for (const [name, value, safelisted] of rows) t.equal(isSafelistedRequestHeader(name, value), safelisted, `${name}: ${value.slice(0, 40)}`)
  t.equal(isSafelistedRequestHeader('DPR', '2', 'chromium'), true, 'Chromium lets client hints through')
  t.equal(isSafelistedRequestHeader('X-Own', '2', 'chromium'), false)

  const eight: HeaderList = Array.from({ length: 8 }, () => ['Accept', long(128)])
  t.same(unsafeRequestHeaderNames(eight), [], '1024 bytes of values')
  t.same(unsafeRequestHeaderNames([...eight, ['Accept-Language', 'd'], ['X-Own', '']]), ['accept', 'accept-language', 'x-own'], 'one byte more')
})

t.test('methods: six are normalised, the forbidden are never sent', async t => {
  t.same(['get', 'Put', 'patch', 'purge'].map(normalizeMethod), ['GET', 'PUT', 'patch', 'purge'])
  const verdict = judge(request({ method: 'connect' }), [])
  t.match(verdict, { outcome: 'blocked', failure: { code: 'METHOD_FORBIDDEN', method: 'connect' }, request: undefined, consoleText: undefined })
  t.equal(outcome(request({ headers: [['Cookie', 'x=1'], ['Sec-Own', '1']] }), []), 'pending')
  t.match(judge(request({ headers: [['Cookie', 'x=1']] }), []), { next: { kind: 'actual', headers: [['origin', PAGE]] } }, 'nor are forbidden headers')
})

t.test('the headers that a page sees (#concept-filtered-response-cors)', async t => {
  const names = (exposed: string | undefined, mode: CredentialsMode = 'omit', engine?: Engine) => {
    const headers: HeaderList = [
      ['Content-Type', 'text/plain'], ['X-One', '1'], ['X-Two', '2'], ['Set-Cookie', 'x=1'],
      ...(exposed === undefined ? [] : [['Access-Control-Expose-Headers', exposed] as const])
    ]
    return exposedHeaders(headers, mode, engine).map(([name]) => name).filter(name => !name.startsWith('Access-')).join()
  }
  t.equal(names(undefined), 'Content-Type')
  t.equal(names('x-one'), 'Content-Type,X-One')
  t.equal(names('*'), 'Content-Type,X-One,X-Two')
  t.equal(names('*, Set-Cookie', 'include'), 'Content-Type')
  t.equal(names('X-One, a b'), 'Content-Type', 'what does not parse exposes nothing')
  t.equal(names('*, a b'), 'Content-Type')
  t.equal(names('*, a b', 'omit', 'gecko'), 'Content-Type,X-One,X-Two', 'save in Gecko, for a * ahead of the mistake')
  t.equal(names('X-Two , *, a b', 'omit', 'gecko'), 'Content-Type,X-One,X-Two')
  t.equal(names('a b, *', 'omit', 'gecko'), 'Content-Type')
  t.equal(names('*, a b', 'include', 'gecko'), 'Content-Type')
})

t.test('header lists', async t => {
  const list: HeaderList = [['A', '1'], ['b', ''], ['a', '2']]
  t.equal(getHeader(list, 'a'), '1, 2')
  t.equal(getHeader(list, 'c'), undefined)
  t.same(extractTokens(list, 'a'), ['1', '2'])
  t.same(extractTokens(list, 'b'), [])
  t.equal(extractTokens(list, 'c'), null)
  t.equal(extractTokens([['a', 'x\u00a0']], 'a'), 'failure')
})

t.test('the time for which a preflight is remembered', async t => {
  const seconds = (value: string | undefined, engine?: Engine) =>
    preflightMaxAge(value === undefined ? [] : [['Access-Control-Max-Age', value]], engine)
  t.equal(seconds(undefined), 5)
  t.equal(seconds('-1'), 5)
  t.equal(seconds('10, 20'), 5)
  t.equal(seconds('0'), 0)
  t.equal(seconds('100000'), 100000)
  t.same((['chromium', 'gecko', 'webkit'] as const).map(engine => seconds('100000', engine)), [7200, 86400, 600])
  t.equal(seconds('60', 'webkit'), 60)
})

t.test('requests within the origin', async t => {
  const own = { url: `${PAGE}/x`, origin: PAGE }
  t.match(judge({ ...own, method: 'PUT' }, []), { next: { kind: 'actual', credentials: true, headers: [['origin', PAGE]] } }, 'no preflight')
  t.same(judge(own, []), {
    outcome: 'pending',
    steps: [{ section: '#main-fetch', passed: true, text: `${PAGE}/x has the page's own origin: CORS does not come in` }],
    next: { kind: 'actual', method: 'GET', url: `${PAGE}/x`, headers: [], credentials: true }
  })
  t.match(judge({ ...own, credentials: 'omit' }, []), { next: { credentials: false } })
  t.match(judge(own, [response({ 'X-Own': '1', 'Set-Cookie': 'x=1' }, 404)]), { outcome: 'readable', status: 404, headers: [['X-Own', '1']] })
  t.match(judge(own, [response({ Location: `${API}/` }, 302)]), { next: { url: `${API}/`, headers: [['origin', PAGE]], credentials: false } }, 'one hop away is not tainted')
})

t.test('credentials go along in mode include only', async t => {
  for (const mode of ['omit', 'same-origin', 'include'] as const) {
    t.match(judge(request({ credentials: mode }), []), { next: { credentials: mode === 'include' } }, mode)
  }
})

t.test('redirects (#http-redirect-fetch)', async t => {
  const to = (location: string, status = 307) => allow({ Location: location }, status)
  const nextOf = (asked: FetchRequest, responses: readonly HttpResponse[], engine?: Engine) => {
    const verdict = judge(asked, responses, engine)
    return verdict.outcome === 'pending' ? verdict.next : verdict
  }
  t.match(nextOf(request(), [to('/x')]), { url: `${API}/x`, headers: [['origin', PAGE]] }, 'within the API')
  t.match(nextOf(request(), [to(`${OTHER}/`)]), { url: `${OTHER}/`, headers: [['origin', 'null']] }, 'elsewhere, as null')
  t.equal(outcome(request(), [to(`${OTHER}/`), allow()]), 'ALLOW_ORIGIN_MISMATCH')
  t.equal(outcome(request(), [to(`${OTHER}/`), response({ 'Access-Control-Allow-Origin': 'null' })]), 'readable')
  t.equal(outcome(request(), [to(`${PAGE}/`), response({})]), 'ALLOW_ORIGIN_MISSING', 'back home it still is CORS')
  t.equal(outcome(request(), [response({ Location: '/' }, 302)]), 'ALLOW_ORIGIN_MISSING', 'the redirect itself is checked')
  t.equal(outcome(request(), [allow({}, 302)]), 'readable', 'a redirect without a location is a response')
  t.equal(outcome(request(), [to('http://[')]), 'REDIRECT_LOCATION_INVALID')
  t.equal(outcome(request(), [to('ftp://x/')]), 'REDIRECT_LOCATION_INVALID')
  t.equal(outcome(request(), [to('https://user@api.example/')]), 'REDIRECT_WITH_USERINFO')
  t.equal(outcome({ url: `${PAGE}/`, origin: PAGE }, [to('https://:secret@other.example/')]), 'REDIRECT_WITH_USERINFO')
  t.equal(outcome({ url: `${PAGE}/`, origin: PAGE }, [to('https://user:secret@page.example/')]), 'pending', 'within the page\'s origin it may')
  t.equal(outcome(request(), Array.from({ length: 20 }, () => to('/'))), 'pending')
  t.equal(outcome(request(), Array.from({ length: 21 }, () => to('/'))), 'TOO_MANY_REDIRECTS')

  const headers: HeaderList = [['Content-Type', 'text/plain'], ['Accept', 'x']]
  for (const [method, status, becomes] of [
    ['POST', 301, 'GET'], ['POST', 302, 'GET'], ['POST', 303, 'GET'], ['POST', 307, 'POST'], ['POST', 308, 'POST'],
    ['HEAD', 303, 'HEAD'], ['GET', 302, 'GET']
  ] as const) {
    const next = nextOf(request({ method, headers }), [to('/x', status)])
    t.match(next, { method: becomes }, `${method} ${status}`)
    t.equal(JSON.stringify(next).includes('text/plain'), method === becomes, 'the headers of a body go with the body')
  }

  const lists = { 'Access-Control-Allow-Methods': 'DELETE, PUT', 'Access-Control-Allow-Headers': 'authorization, content-type, x-own' }
  const put = request({ method: 'PUT', headers: [['Authorization', 'x'], ['Content-Type', 'text/html']] })
  t.match(nextOf(put, [allow(lists), to(`${OTHER}/`)]), {
    kind: 'preflight', headers: [['accept', '*/*'], ['origin', 'null'], ['access-control-request-method', 'PUT'], ['access-control-request-headers', 'content-type']]
  }, 'Authorization stays behind')
  t.match(nextOf(put, [allow(lists), to('/x', 303)]), { kind: 'preflight', method: 'OPTIONS' }, 'within the origin it does not')
  const del = request({ method: 'DELETE' })
  t.match(nextOf(del, [allow(lists), to('/x', 303)]), { kind: 'actual', method: 'GET' })

  t.test('as the engines do it', async t => {
    for (const engine of ['gecko', 'webkit'] as const) {
      t.match(nextOf(del, [allow(lists), to('/x', 303)], engine), { kind: 'preflight' }, `redirectStaysPreflighted: ${engine}`)
    }
    t.match(nextOf(del, [allow(lists), to('/x', 303)], 'chromium'), { kind: 'actual' })
    t.match(nextOf(put, [allow(lists), to(`${OTHER}/`)], 'webkit'), { headers: [[], [], [], ['access-control-request-headers', 'authorization,content-type']] },
      'redirectPreflightAsksForOriginalHeaders')
    t.match(nextOf(put, [allow(lists), to(`${OTHER}/`)], 'gecko'), { headers: [[], ['origin', PAGE]] }, 'redirectPreflightKeepsOrigin')
    t.match(nextOf(put, [allow(lists), to(`${OTHER}/`), allow(lists)], 'gecko'), { kind: 'actual', headers: [[], ['origin', 'null']] })
    t.match(nextOf(put, [allow(lists), to(`${PAGE}/`), response(lists)], 'gecko'), { kind: 'actual', url: `${PAGE}/` }, 'back home its preflight is not checked')
    t.match(nextOf(del, [allow(lists), to(`${OTHER}/`)], 'webkit'), { headers: [[], [], ['access-control-request-method', 'GET']] }, 'deleteBecomesGetAcrossOrigins')
    t.match(nextOf(del, [allow(lists), to('/x')], 'webkit'), { headers: [[], [], ['access-control-request-method', 'DELETE']] })
  })
})

t.test('engine differences are named, with a source', async t => {
  for (const [name, difference] of Object.entries<EngineDifference>(ENGINE_DIFFERENCES)) {
    t.match(difference.section, /^#[a-z-]+$/, name)
    for (const engine of difference.engines) {
      t.match(difference.source.toLowerCase(), `${engine}: `, `${name} has a source for ${engine}`)
      t.equal(differs(engine, name as keyof typeof ENGINE_DIFFERENCES), true)
    }
    t.equal(differs(undefined, name as keyof typeof ENGINE_DIFFERENCES), false, 'the standard never departs from itself')
  }
  const wildcard = allow({ 'Access-Control-Allow-Headers': '*' })
  for (const engine of ['chromium', 'gecko', 'webkit'] as const) {
    t.equal(outcome(request({ headers: [['Authorization', 'x']] }), [wildcard], engine), 'pending', `* covers Authorization in ${engine}`)
  }
})

t.test('the line in the console', async t => {
  const context = { url: `${API}/x`, origin: PAGE, kind: 'preflight' } as const
  const start = `Access to fetch at '${API}/x' from origin '${PAGE}' has been blocked by CORS policy: `
  const preflight = "Response to preflight request doesn't pass access control check: "
  const rows: ReadonlyArray<readonly [failure: Failure, text: string | undefined]> = [
    [{ code: 'ALLOW_ORIGIN_MISSING' }, `${preflight}No 'Access-Control-Allow-Origin' header is present on the requested resource.`],
    [{ code: 'ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS' }, `${preflight}The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when the request's credentials mode is 'include'.`],
    [{ code: 'ALLOW_ORIGIN_MULTIPLE', value: 'a, b' }, `${preflight}The 'Access-Control-Allow-Origin' header contains multiple values 'a, b', but only one is allowed. Have the server send the header with a valid value.`],
    [{ code: 'ALLOW_ORIGIN_INVALID', value: 'x' }, `${preflight}The 'Access-Control-Allow-Origin' header contains the invalid value 'x'. Have the server send the header with a valid value.`],
    [{ code: 'ALLOW_ORIGIN_MISMATCH', value: OTHER }, `${preflight}The 'Access-Control-Allow-Origin' header has a value '${OTHER}' that is not equal to the supplied origin. Have the server send the header with a valid value.`],
    [{ code: 'ALLOW_CREDENTIALS_NOT_TRUE', value: '' }, `${preflight}The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must be 'true' when the request's credentials mode is 'include'.`],
    [{ code: 'PREFLIGHT_STATUS_NOT_OK', status: 404 }, `${preflight}It does not have HTTP ok status.`],
    [{ code: 'PREFLIGHT_REDIRECTED', status: 301 }, `${preflight}Redirect is not allowed for a preflight request.`],
    [{ code: 'ALLOW_METHODS_MALFORMED', value: 'a b' }, 'Cannot parse Access-Control-Allow-Methods response header field in preflight response.'],
    [{ code: 'ALLOW_HEADERS_MALFORMED', value: 'a b' }, 'Cannot parse Access-Control-Allow-Headers response header field in preflight response.'],
    [{ code: 'METHOD_NOT_ALLOWED', method: 'PUT' }, 'Method PUT is not allowed by Access-Control-Allow-Methods in preflight response.'],
    [{ code: 'HEADER_NOT_ALLOWED', headers: ['x-own', 'x-two'] }, 'Request header field x-own is not allowed by Access-Control-Allow-Headers in preflight response.'],
    [{ code: 'REDIRECT_WITH_USERINFO', location: 'https://a@b' }, "Redirect location '' contains a username and password, which is disallowed for cross-origin requests."],
    [{ code: 'METHOD_FORBIDDEN', method: 'TRACE' }, undefined],
    [{ code: 'REDIRECT_LOCATION_INVALID', location: 'x:' }, undefined],
    [{ code: 'TOO_MANY_REDIRECTS' }, undefined]
  ]
  for (const [failure, text] of rows) t.equal(consoleText(failure, context), text === undefined ? undefined : start + text, failure.code)
  t.equal(consoleText({ code: 'ALLOW_ORIGIN_MISSING' }, { ...context, kind: 'actual' }), `${start}No 'Access-Control-Allow-Origin' header is present on the requested resource.`)
  t.match(judge(request(), [allow({ Location: `${OTHER}/` }, 302), allow()]), {
    consoleText: `Access to fetch at '${OTHER}/' (redirected from '${API}/') from origin '${PAGE}' has been blocked by CORS policy: The 'Access-Control-Allow-Origin' header has a value '${PAGE}' that is not equal to the supplied origin. Have the server send the header with a valid value.`
  })
})

t.test('a verdict tells the steps that led to it', async t => {
  const verdict = judge(request({ method: 'PUT' }), [allow({ 'Access-Control-Allow-Methods': 'GET' })])
  t.same(verdict.steps, [
    { section: '#main-fetch', passed: true, text: 'PUT with these headers needs a preflight' },
    { section: '#cors-check', passed: true, text: `Access-Control-Allow-Origin is the request's origin '${PAGE}'` },
    { section: '#cors-preflight-fetch', passed: true, text: "The preflight's status 200 is an ok status" },
    { section: '#cors-preflight-fetch', passed: false, text: "Access-Control-Allow-Methods ('GET') does not allow PUT" }
  ])
  t.match(judge(request(), [allow(), allow(), allow()]), { outcome: 'readable' }, 'responses past the end are not looked at')
})
