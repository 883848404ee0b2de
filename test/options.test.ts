import t from 'tap'
import { CorsOptionsError, validateCorsOptions } from '../lib/index.js'
import { compilePolicy } from '../lib/policy/policy.js'

const origin = 'https://app.example.com'

/** `code path` of every issue of options next to a good origin. */
function codesOf (options: Record<string, unknown>): string[] {
  return validateCorsOptions({ origin, ...options }).map(({ code, path }) => `${code} ${path}`)
}

interface Rows {
  readonly good: unknown[]
  readonly bad: unknown[]
  /** What the message says after "must be". */
  readonly must: string
  readonly hint: RegExp
}

const flag = (name: string): [string, Rows] => [name, {
  good: [true, false, undefined],
  bad: ['true', 'false', 1, 0, null, [], {}, 'yes'],
  must: 'true or false',
  hint: /^write true or false, without quotes \(.+\); from the environment: process\.env\.NAME === 'true'$/
}]

/** The shape of each option, but for origin; lists have tests of their own. */
const shapes: Record<string, Rows> = {
  ...Object.fromEntries(['credentials', 'preflight', 'preflightContinue', 'rawHeaders', 'hideOptionsRoute'].map(flag)),
  methods: { good: ['*', 'GET', ['GET', 'PUT'], undefined], bad: [true, false, null, 1, {}, new Set(['GET'])], must: "'*' or a list of method names", hint: /leave it out to allow the methods that the routes have, or list them: \['GET', 'PUT'\]/ },
  allowedHeaders: { good: ['*', 'X-A', ['X-A', 'x-b'], [], undefined], bad: [true, null, 1, {}], must: "'*' or a list of request header names", hint: /list the request headers that your pages set: \['Authorization'/ },
  exposedHeaders: { good: ['*', 'Location', ['Location'], [], undefined], bad: [true, null, 1, {}], must: "'*' or a list of response header names", hint: /list the response headers that your pages read: \['Location'/ },
  maxAge: { good: [0, -0, 1, 600, 86400, false, undefined], bad: [86401, -1, 1.5, NaN, Infinity, '600', true, null, 600n, []], must: 'false or a whole number of seconds from 0 to 86400', hint: /write a number such as 600; browsers cap it: Chromium at 7200, Firefox at 86400, WebKit at 600/ },
  vary: { good: ['X-Tenant', ['X-Tenant', 'x-b'], undefined], bad: [true, null, 1, {}], must: 'a list of request header names', hint: /list the request headers that your origin function looks at: \['X-Tenant'\]/ },
  optionsSuccessStatus: { good: [200, 204, 299, undefined], bad: [199, 300, 0, 403, 204.5, '204', NaN, true, null], must: 'a whole number from 200 to 299', hint: /write 204, or 200 for clients that insist on it/ },
  cacheControl: { good: [0, 3600, Number.MAX_SAFE_INTEGER, 'no-store', 'public, max-age=60', undefined], bad: [-1, 0.5, NaN, Infinity, Number.MAX_SAFE_INTEGER + 1, true, null, ['no-store']], must: 'a whole number of seconds from 0 up, or a Cache-Control value', hint: /write 3600 or 'public, max-age=3600'/ },
  logLevel: { good: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent', undefined], bad: ['verbose', 'WARN', '', 30, true, null], must: 'a log level: trace, debug, info, warn, error, fatal, silent', hint: /write for example 'warn'/ },
  dangerouslyAllow: { good: [['insecure-origins'], [' null-origin '], 'insecure-origins, public-suffixes,null-origin', ['null-origin', 'public-suffixes'], undefined], bad: [true, null, 1, {}], must: 'a list of insecure-origins, public-suffixes, null-origin', hint: /name the rules that you have to break: \['insecure-origins'\]/ }
}

for (const [name, { good, bad, must, hint }] of Object.entries(shapes)) {
  t.test(`${name} is ${must}, and nothing else`, async t => {
    for (const value of good) t.strictSame(codesOf({ [name]: value }), [], `${name}: ${String(value)}`)
    for (const value of bad) {
      const issues = validateCorsOptions({ origin, [name]: value })
      t.match(issues, [{ code: 'INVALID_TYPE', path: `/${name}`, hint }], `${name}: ${String(value)}`)
      t.equal(issues.length, 1)
      t.ok(issues[0]?.message.startsWith(`must be ${must}, but is `), String(issues[0]?.message))
    }
  })
}

t.test('a message shows the value that is wrong, short and on one line', async t => {
  const shown = (value: unknown) => validateCorsOptions({ origin, credentials: value })[0]?.message.split('but is ')[1]
  const rows: Array<[value: unknown, text: string]> = [
    ['yes', '"yes"'],
    ['a\r\nb\u0000\u001b[31m', '"a\\r\\nb\\u0000\\u001b[31m"'],
    ['\u007f\u009b\u2028\u202e\ud800', '"\\u007f\\u009b\\u2028\\u202e\\ud800"'],
    ['a'.repeat(80), `"${'a'.repeat(80)}"`],
    ['a'.repeat(81), `"${'a'.repeat(80)}…"`],
    [null, 'null'],
    [1, '1'],
    [2n, '2n'],
    [Symbol('a\nb'), 'Symbol(a\\u000ab)'],
    [[], '[]'],
    [[1], 'a list'],
    [{}, 'an object'],
    [() => 1, 'a function'],
    [/a\/\u2028/g, '/a\\/\\u2028/g'],
    [new Error('no\nentry'), 'an object']
  ]
  for (const [value, text] of rows) t.equal(shown(value), text)
})

t.test('lists are arrays or comma-separated strings, trimmed', async t => {
  const { allowMethods, allowHeaders, actual } = compilePolicy({ origin, methods: ' PUT ,GET', allowedHeaders: 'X-A,\tx-b ', exposedHeaders: [' Location ', 'ETag'], vary: ' X-Tenant' })
  t.strictSame([allowMethods, allowHeaders, actual.granted.exposeHeaders, actual.granted.vary],
    ['GET, PUT', 'accept, accept-language, content-language, content-type, range, x-a, x-b', 'Location, ETag', 'Origin, X-Tenant'])
})

const lists: Record<string, { items: [string, string], empty: boolean }> = {
  methods: { items: ['GET', 'PUT'], empty: false },
  allowedHeaders: { items: ['X-A', 'X-B'], empty: true },
  exposedHeaders: { items: ['X-A', 'X-B'], empty: true },
  vary: { items: ['X-A', 'X-B'], empty: false },
  dangerouslyAllow: { items: ['null-origin', 'insecure-origins'], empty: false }
}

t.test('an empty item of a list is an error that says where', async t => {
  for (const [name, { items: [a, b] }] of Object.entries(lists)) {
    t.strictSame(codesOf({ [name]: [a, '', b, ' '] }), [`EMPTY_ITEM /${name}/1`, `EMPTY_ITEM /${name}/3`])
    t.strictSame(codesOf({ [name]: `${a},,${b}` }), [`EMPTY_ITEM /${name}`])
    t.strictSame(codesOf({ [name]: `${a}, ` }), [`EMPTY_ITEM /${name}`])
    const [issue] = validateCorsOptions({ origin, [name]: `,${a}` })
    t.match(issue, { message: `an item of ${name} is empty`, hint: 'remove it, or the comma before or after it' })
  }
})

t.test('an empty list is an error that says so, except for the headers that a page may set or read', async t => {
  for (const [name, { empty }] of Object.entries(lists)) {
    for (const value of ['', ' ', ',', [''], [' ', '']]) {
      const issues = validateCorsOptions({ origin, [name]: value })
      t.match(issues, [{ code: 'EMPTY_LIST', path: `/${name}`, message: `${name} is an empty list`, hint: empty ? /^write \[\] for none$/ : /^name at least one, or leave the option out; / }], `${name}: ${JSON.stringify(value)}`)
      t.equal(issues.length, 1)
    }
    t.strictSame(codesOf({ [name]: [] }), empty ? [] : [`EMPTY_LIST /${name}`])
  }
})

t.test('an item of another type is named by its place', async t => {
  for (const [name, { items: [a] }] of Object.entries(lists)) {
    t.strictSame(codesOf({ [name]: [a, 1, null, [a]] }), [`INVALID_TYPE /${name}/1`, `INVALID_TYPE /${name}/2`, `INVALID_TYPE /${name}/3`])
    // eslint-disable-next-line no-sparse-arrays
    t.strictSame(codesOf({ [name]: [, a] }), [`INVALID_TYPE /${name}/0`])
  }
})

t.test("'*' stands alone in a list", async t => {
  for (const name of ['methods', 'allowedHeaders', 'exposedHeaders']) {
    for (const value of ['*', ['*'], ' * ', [' *']]) t.strictSame(codesOf({ [name]: value }), [])
    t.strictSame(codesOf({ [name]: ['X-A'.toUpperCase(), '*'] }), [`WILDCARD_IN_LIST /${name}/1`])
    t.match(validateCorsOptions({ origin, [name]: '*,X-A' }), [{ code: 'WILDCARD_IN_LIST', path: `/${name}`, hint: `write ${name}: '*' alone, or remove the '*'` }])
  }
  t.strictSame(codesOf({ vary: '*' }), ['WILDCARD_IN_LIST /vary'])
  t.match(validateCorsOptions({ origin, vary: ['X-A', '*'] }), [{ code: 'WILDCARD_IN_LIST', path: '/vary/1', message: 'Vary: * would keep every response of this scope out of every cache' }])
})

t.test('names are checked against the rules of Fetch', async t => {
  const rows: Array<[name: string, value: string, code: string, hint: string]> = [
    ['methods', 'P UT', 'INVALID_METHOD', "write for example 'PUT'"],
    ['methods', 'a'.repeat(129), 'INVALID_METHOD', "write for example 'PUT'"],
    ['methods', 'put', 'INVALID_METHOD', "write 'PUT'"],
    ['methods', 'Patch', 'INVALID_METHOD', "write 'PATCH'"],
    ['methods', 'TRACE', 'FORBIDDEN_METHOD', 'remove it'],
    ['methods', 'connect', 'FORBIDDEN_METHOD', 'remove it'],
    ['allowedHeaders', 'X A', 'INVALID_HEADER_NAME', "write for example 'X-Request-Id'"],
    ['allowedHeaders', 'X-A\r\nX-B', 'INVALID_HEADER_NAME', "write for example 'X-Request-Id'"],
    ['allowedHeaders', 'X-Ä', 'INVALID_HEADER_NAME', "write for example 'X-Request-Id'"],
    ['allowedHeaders', 'Cookie', 'FORBIDDEN_HEADER', 'remove it; for cookies write credentials: true'],
    ['allowedHeaders', 'Host', 'FORBIDDEN_HEADER', 'remove it'],
    ['allowedHeaders', 'sec-fetch-mode', 'FORBIDDEN_HEADER', 'remove it'],
    ['exposedHeaders', 'Location:', 'INVALID_HEADER_NAME', "write for example 'X-Request-Id'"],
    ['exposedHeaders', 'Set-Cookie', 'FORBIDDEN_HEADER', 'remove it; send the value in a header of your own if a page needs it'],
    ['vary', 'X/Tenant', 'INVALID_HEADER_NAME', "write for example 'X-Request-Id'"]
  ]
  for (const [name, value, code, hint] of rows) {
    const issues = validateCorsOptions({ origin, [name]: ['X-OK', value] })
    t.strictSame(issues.map(({ code, path, hint }) => [code, path, hint]), [[code, `/${name}/1`, hint]], `${name}: ${value}`)
  }
  t.strictSame(codesOf({ methods: ['GET', 'PROPFIND', 'X-CUSTOM'], allowedHeaders: ['Authorization', 'Content-Type'], vary: ['Cookie', 'Sec-Fetch-Site'] }), [])
})

t.test("exposedHeaders: '*' with credentials is refused: browsers read it literally", async t => {
  for (const exposedHeaders of ['*', ['*'], ' *']) {
    t.match(validateCorsOptions({ origin, credentials: true, exposedHeaders }), [{
      code: 'WILDCARD_WITH_CREDENTIALS',
      path: '/exposedHeaders',
      hint: "list the response headers that your pages read: ['Location', 'X-Total-Count']"
    }])
    t.strictSame(codesOf({ credentials: false, exposedHeaders }), [])
  }
})

t.test("methods and allowedHeaders may be '*' with credentials: what is asked for is mirrored", async t => {
  t.strictSame(codesOf({ credentials: true, methods: '*', allowedHeaders: '*' }), [])
})

t.test('cacheControl is a value that can be sent', async t => {
  for (const value of ['', ' ', ' no-store', 'no-store ', 'no-store\r\nSet-Cookie: a=b', 'no-store\n', 'a\u0000b', 'a\u007fb', 'prüfung\u0100', '\ud83d\ude00']) {
    t.match(validateCorsOptions({ origin, cacheControl: value }), [{ code: 'INVALID_HEADER_VALUE', path: '/cacheControl', hint: /^write a number of seconds, or a value such as 'public, max-age=3600'$/ }], JSON.stringify(value))
  }
  for (const value of ['a', 'a\tb', 'private="x-a"', 'prüfung']) t.strictSame(codesOf({ cacheControl: value }), [], value)
})

t.test('dangerouslyAllow names rules that exist', async t => {
  t.strictSame(codesOf({ dangerouslyAllow: ['insecure-origins', 'credentials'] }), ['INVALID_TYPE /dangerouslyAllow/1'])
  t.match(validateCorsOptions({ origin, dangerouslyAllow: 'null-origin,everything' }), [{
    code: 'INVALID_TYPE', path: '/dangerouslyAllow', message: '"everything" is not a rule that can be switched off', hint: 'the rules are insecure-origins, public-suffixes, null-origin'
  }])
})

t.test('what is no object is not read as options', async t => {
  const hint = "pass an object: { origin: 'https://app.example.com' }"
  const rows: Array<[options: unknown, message: string]> = [
    [undefined, 'the options are undefined, not an object'],
    [null, 'the options are null, not an object'],
    ['*', 'the options are "*", not an object'],
    [true, 'the options are true, not an object'],
    [() => ({ origin }), 'the options are a function, not an object'],
    [[origin], 'the options are a list, not an object'],
    [{ get origin () { throw new Error('no database') } }, 'the options cannot be read ("no database")'],
    // eslint-disable-next-line no-throw-literal
    [{ get origin () { throw 'no database' } }, 'the options cannot be read ("no database")']
  ]
  for (const [options, message] of rows) t.strictSame(validateCorsOptions(options), [{ code: 'UNREADABLE_OPTIONS', path: '', message, hint }])
})

const everything = {
  origin: ['http://example.com', 'https://b.example.com/', 'null', 1],
  credentials: 'true',
  methods: ['get', 'TRACE'],
  allowedHeaders: 'Cookie,,X-A',
  exposedHeaders: ['a b'],
  maxAge: 86401,
  vary: '*',
  optionsSuccessStatus: 404,
  cacheControl: '\n',
  preflight: 1,
  logLevel: 'loud',
  dangerouslyAllow: ['all'],
  allow_origins: ['*'],
  'a\nb': 1
}

t.test('all issues are told at once', async t => {
  const issues = validateCorsOptions(everything)
  t.strictSame(new Set(issues.map(({ code, path }) => `${code} ${path}`)), new Set([
    'UNKNOWN_OPTION /allow_origins',
    'UNKNOWN_OPTION /a\nb',
    'INVALID_TYPE /origin/3',
    'INVALID_TYPE /credentials',
    'INVALID_TYPE /maxAge',
    'INVALID_TYPE /optionsSuccessStatus',
    'INVALID_TYPE /preflight',
    'INVALID_TYPE /logLevel',
    'INVALID_TYPE /dangerouslyAllow/0',
    'INVALID_METHOD /methods/0',
    'FORBIDDEN_METHOD /methods/1',
    'EMPTY_ITEM /allowedHeaders',
    'FORBIDDEN_HEADER /allowedHeaders',
    'INVALID_HEADER_NAME /exposedHeaders/0',
    'WILDCARD_IN_LIST /vary',
    'INVALID_HEADER_VALUE /cacheControl'
  ]))
  t.strictSame(codesOf({ origin: ['http://example.com', 'https://b.example.com/', 'null', /.*/], credentials: true, exposedHeaders: '*' }), [
    'INSECURE_ORIGIN_WITH_CREDENTIALS /origin/0',
    'INVALID_ORIGIN /origin/1',
    'NULL_ORIGIN_WITH_CREDENTIALS /origin/2',
    'ANY_ORIGIN_WITH_CREDENTIALS /origin/3',
    'WILDCARD_WITH_CREDENTIALS /exposedHeaders'
  ])
})

t.test('the error lists every issue, one a line, and says where the options stand', async t => {
  const error = t.throws(() => compilePolicy(everything)) as CorsOptionsError
  t.ok(error instanceof CorsOptionsError)
  t.ok(error instanceof Error)
  t.match(error, { name: 'CorsOptionsError', code: 'CORS_INVALID_OPTIONS' })
  t.strictSame(error.issues, validateCorsOptions(everything))
  const lines = error.message.split('\n')
  t.equal(lines.length, error.issues.length + 1)
  t.equal(lines[0], 'Invalid CORS options:')
  t.ok(lines.includes('  /maxAge: must be false or a whole number of seconds from 0 to 86400, but is 86401 → write a number such as 600; browsers cap it: Chromium at 7200, Firefox at 86400, WebKit at 600'))
  t.ok(lines.some(line => line.startsWith('  /a\\u000ab: ')), 'a name with a line end stays on its line')

  const [first, second] = (t.throws(() => compilePolicy(null, 'route PUT /users')) as CorsOptionsError).message.split('\n')
  t.equal(first, 'Invalid CORS options of route PUT /users:')
  t.equal(second, "  the options are null, not an object → pass an object: { origin: 'https://app.example.com' }")
})

t.test('an option that is undefined is left out', async t => {
  t.strictSame(compilePolicy({ origin, maxAge: undefined, methods: undefined, logLevel: undefined }).maxAge, '600')
})
