import t from 'tap'
import { isForbiddenRequestHeader, isForbiddenResponseHeader, SAFELISTED_REQUEST_HEADERS } from '../lib/protocol/header-name.js'
import { isAskableMethod, isForbiddenMethod, SAFELISTED_METHODS, serializeMethods } from '../lib/protocol/method.js'
import { isPreflight, MAX_REQUEST_HEADERS_COUNT, MAX_REQUEST_HEADERS_LENGTH, requestedHeaders, requestedMethod } from '../lib/protocol/preflight.js'
import { isToken, MAX_TOKEN_LENGTH } from '../lib/protocol/token.js'

t.test('a token is made of the characters of RFC 9110 §5.6.2, and of no other byte', async t => {
  const characters = new Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
  for (let code = 0; code < 256; code++) {
    const character = String.fromCharCode(code)
    t.equal(isToken(`a${character}b`), characters.has(character), `character ${code}`)
  }
  t.notOk(isToken(''))
  t.notOk(isToken('a\n'), 'no line end after it')
  t.notOk(isToken('\u212aey'), 'no letter that only lower-cases to ASCII')
})

t.test('a token has a limit', async t => {
  t.ok(isToken('a'.repeat(MAX_TOKEN_LENGTH)))
  t.notOk(isToken('a'.repeat(MAX_TOKEN_LENGTH + 1)))
})

t.test('a preflight is OPTIONS with Origin and Access-Control-Request-Method, and nothing else is', async t => {
  const origin = 'https://app.example.com'
  const asks = { origin, 'access-control-request-method': 'PUT' }
  t.ok(isPreflight({ method: 'OPTIONS', headers: asks }))
  t.ok(isPreflight({ method: 'OPTIONS', headers: { origin: '', 'access-control-request-method': '' } }), 'empty fields are there all the same')
  t.notOk(isPreflight({ method: 'OPTIONS', headers: { origin } }))
  t.notOk(isPreflight({ method: 'OPTIONS', headers: { 'access-control-request-method': 'PUT' } }))
  t.notOk(isPreflight({ method: 'OPTIONS', headers: { origin, 'access-control-request-headers': 'x-a' } }))
  t.notOk(isPreflight({ method: 'options', headers: asks }), 'methods are case-sensitive')
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', undefined]) t.notOk(isPreflight({ method, headers: asks }), String(method))
})

t.test('the requested method is one that a page can ask for', async t => {
  const ask = (method: string) => requestedMethod({ 'access-control-request-method': method })
  t.equal(requestedMethod({}), undefined)
  for (const method of ['GET', 'PUT', 'patch', 'QUERY', 'PROPFIND', 'X-CUSTOM', 'a'.repeat(MAX_TOKEN_LENGTH)]) t.equal(ask(method), method)
  for (const method of ['', ' ', 'PUT, GET', 'PUT\r\nX: y', 'PÜT', 'CONNECT', 'trace', 'Track', 'a'.repeat(MAX_TOKEN_LENGTH + 1)]) t.equal(ask(method), undefined, method)
})

t.test('forbidden methods are CONNECT, TRACE and TRACK in any case', async t => {
  for (const method of ['CONNECT', 'TRACE', 'TRACK', 'connect', 'Trace', 'tRACK']) {
    t.ok(isForbiddenMethod(method), method)
    t.notOk(isAskableMethod(method), method)
  }
  for (const method of ['GET', 'TRACES', 'CONNECTION', 'OPTIONS']) t.ok(isAskableMethod(method), method)
})

t.test('the safelists are those of Fetch', async t => {
  t.strictSame([...SAFELISTED_METHODS], ['GET', 'HEAD', 'POST'])
  t.strictSame(SAFELISTED_REQUEST_HEADERS, ['accept', 'accept-language', 'content-language', 'content-type', 'range'])
})

t.test('methods are written each once and in one order, forbidden ones left out', async t => {
  t.equal(serializeMethods([]), '')
  t.equal(serializeMethods(['DELETE', 'GET', 'PUT', 'GET']), 'GET, PUT, DELETE')
  t.equal(serializeMethods(['UNLOCK', 'OPTIONS', 'LOCK', 'TRACE', 'QUERY', 'PATCH', 'POST', 'HEAD', 'CONNECT']), 'HEAD, POST, PATCH, QUERY, OPTIONS, LOCK, UNLOCK')
})

t.test('forbidden request headers are those of Fetch, in any case', async t => {
  const forbidden = ['Accept-Charset', 'Accept-Encoding', 'Access-Control-Request-Headers', 'Access-Control-Request-Method', 'Connection',
    'Content-Length', 'Cookie', 'Cookie2', 'Date', 'DNT', 'Expect', 'Host', 'Keep-Alive', 'Origin', 'Referer', 'Set-Cookie', 'TE', 'Trailer',
    'Transfer-Encoding', 'Upgrade', 'Via', 'Proxy-Authorization', 'proxy-', 'Sec-Fetch-Mode', 'sec-']
  for (const name of forbidden) t.ok(isForbiddenRequestHeader(name), name)
  for (const name of ['Authorization', 'Accept', 'X-Sec-', 'Proxy', 'Sec', 'Dates', 'X-HTTP-Method-Override']) t.notOk(isForbiddenRequestHeader(name), name)
})

t.test('forbidden response headers are those of Fetch, in any case', async t => {
  for (const name of ['Set-Cookie', 'set-cookie', 'SET-COOKIE2']) t.ok(isForbiddenResponseHeader(name), name)
  for (const name of ['Location', 'Cookie', 'Set-Cookie3', 'Sec-A']) t.notOk(isForbiddenResponseHeader(name), name)
})

const namesOf = (field: string | undefined) => requestedHeaders(field === undefined ? {} : { 'access-control-request-headers': field })

t.test('requested header names are checked, lower-case, and each once', async t => {
  const rows: Array<[field: string | undefined, expected: string | undefined]> = [
    [undefined, undefined],
    ['', undefined],
    [' , \t,', undefined],
    ['authorization', 'authorization'],
    ['authorization,x-a', 'authorization, x-a'],
    ['X-B, x-a ,\tX-b', 'x-b, x-a'],
    ['x-a,,x-b,', 'x-a, x-b'],
    ['*', '*'],
    ['x a', undefined],
    ['x-a;x-b', undefined],
    ['x-a, "x-b"', undefined],
    ['x-ä', undefined],
    ['\u00a0x-a', undefined],
    ['x-a\r\nset-cookie: a=b', undefined],
    ['x-a, \u0000', undefined],
    ['a'.repeat(MAX_TOKEN_LENGTH + 1), undefined]
  ]
  for (const [field, expected] of rows) t.equal(namesOf(field), expected, JSON.stringify(field))
})

t.test('requested header names have limits', async t => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `x-${index}`)
  t.equal(namesOf(names(MAX_REQUEST_HEADERS_COUNT).join()), names(MAX_REQUEST_HEADERS_COUNT).join(', '))
  t.equal(namesOf(names(MAX_REQUEST_HEADERS_COUNT + 1).join()), undefined)
  t.equal(namesOf('x-a' + ','.repeat(MAX_REQUEST_HEADERS_COUNT - 1)), 'x-a', 'empty elements count')
  t.equal(namesOf('x-a' + ','.repeat(MAX_REQUEST_HEADERS_COUNT)), undefined)
  t.equal(namesOf('x-a'.padEnd(MAX_REQUEST_HEADERS_LENGTH)), 'x-a')
  t.equal(namesOf('x-a'.padEnd(MAX_REQUEST_HEADERS_LENGTH + 1)), undefined)
})
