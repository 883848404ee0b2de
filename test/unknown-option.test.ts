import t from 'tap'
import { CorsOptionsSchema, validateCorsOptions } from '../lib/index.js'

const names = Object.keys(CorsOptionsSchema.properties)
const every = `the options are ${names.join(', ')}`

/** The hint for one unknown option next to good ones. */
function hintFor (name: string): string {
  const issues = validateCorsOptions({ origin: '*', [name]: ['a'] })
  return issues.map(({ code, hint }) => `${code}: ${hint}`).join('\n')
}

const renamed: Record<string, Record<string, string>> = {
  FastAPI: {
    allow_origins: 'origin',
    allow_credentials: 'credentials',
    allow_methods: 'methods',
    allow_headers: 'allowedHeaders',
    expose_headers: 'exposedHeaders',
    max_age: 'maxAge'
  },
  'other frameworks': {
    origins: 'origin',
    allowOrigin: 'origin',
    allowedOrigins: 'origin',
    allowCredentials: 'credentials',
    allowMethods: 'methods',
    allowedMethods: 'methods',
    allowHeaders: 'allowedHeaders',
    headers: 'allowedHeaders',
    exposeHeaders: 'exposedHeaders',
    maxAgeSeconds: 'maxAge',
    allowedHeader: 'allowedHeaders',
    requestHeaders: 'allowedHeaders',
    exposed: 'exposedHeaders',
    exposedHeader: 'exposedHeaders',
    varyHeaders: 'vary',
    optionSuccessStatus: 'optionsSuccessStatus',
    [`max-age${'-'.repeat(33)}`]: 'maxAge'
  },
  'the same in another spelling': {
    AllowOrigins: 'origin',
    AllowedOrigins: 'origin',
    allowed_origins: 'origin',
    'allowed-origins': 'origin',
    AllowCredentials: 'credentials',
    supports_credentials: 'credentials',
    AllowMethods: 'methods',
    ExposeHeaders: 'exposedHeaders',
    exposed_headers: 'exposedHeaders',
    'Access-Control-Allow-Origin': 'origin',
    'Access-Control-Allow-Credentials': 'credentials',
    'Access-Control-Allow-Methods': 'methods',
    'Access-Control-Allow-Headers': 'allowedHeaders',
    'Access-Control-Expose-Headers': 'exposedHeaders',
    'Access-Control-Max-Age': 'maxAge'
  },
  'a misspelling': {
    orgin: 'origin',
    Origin: 'origin',
    credential: 'credentials',
    credentails: 'credentials',
    maxage: 'maxAge',
    max_Age: 'maxAge',
    methodes: 'methods',
    allowedHeadrs: 'allowedHeaders',
    exposeddHeaders: 'exposedHeaders',
    preFlight: 'preflight',
    preflightContinues: 'preflightContinue',
    optionsSuccesStatus: 'optionsSuccessStatus',
    cacheControll: 'cacheControl',
    dangerouslyAllows: 'dangerouslyAllow',
    loglevel: 'logLevel'
  }
}

for (const [title, rows] of Object.entries(renamed)) {
  t.test(`an unknown option is answered with the name here: ${title}`, async t => {
    for (const [name, expected] of Object.entries(rows)) {
      t.equal(hintFor(name), `UNKNOWN_OPTION: write ${expected}`, name)
      t.ok(names.includes(expected))
    }
  })
}

t.test('the regular expression options of others are told how to write one', async t => {
  for (const name of ['allow_origin_regex', 'allowOriginRegex']) t.match(hintFor(name), 'write origin: /…/; it matches the whole origin')
})

const leftOut: Record<string, string> = {
  prefix: 'register inside a prefixed plugin',
  hook: 'headers are set in onRequest',
  strictPreflight: 'only OPTIONS with Origin and Access-Control-Request-Method is taken for a preflight',
  delegator: "use an origin function, a route's config.cors, or a registration in each scope",
  dynamic: 'use an origin function',
  allowPrivateNetwork: 'browsers replaced that preflight by a permission prompt',
  allow_private_network: 'browsers replaced that preflight by a permission prompt'
}

t.test('an option that is left out on purpose is answered with what to do instead', async t => {
  for (const [name, expected] of Object.entries(leftOut)) {
    t.match(hintFor(name), expected, name)
    t.notMatch(hintFor(name), 'the options are', name)
  }
})

t.test('a name that is near none is answered with all of them', async t => {
  for (const name of ['color', '', '_', '0', 'constructor', 'toString', '__proto__', 'hasOwnProperty', 'x'.repeat(41), 'origin'.repeat(100_000)]) {
    const options = JSON.parse(`{ "origin": "*", ${JSON.stringify(name)}: 1 }`)
    t.strictSame(validateCorsOptions(options).map(({ code, hint }) => [code, hint]), [['UNKNOWN_OPTION', every]], name.slice(0, 50))
  }
})

t.test('the path is a JSON Pointer also for names with / and ~', async t => {
  const paths: Record<string, string> = {
    'a/b': '/a~1b',
    'a~b': '/a~0b',
    '~1': '/~01',
    '~0/': '/~00~1',
    '': '/',
    ' ': '/ ',
    0: '/0'
  }
  for (const [name, path] of Object.entries(paths)) {
    t.strictSame(validateCorsOptions({ origin: '*', [name]: 1 }).map(issue => issue.path), [path], JSON.stringify(name))
  }
})

t.test('the message says that the option would do nothing', async t => {
  const [issue] = validateCorsOptions({ origin: '*', allow_origins: ['*'] })
  t.match(issue, { path: '/allow_origins', message: 'there is no option "allow_origins", and what it was meant to do would silently not be done' })
})

t.test('an unknown option that is undefined is no option', async t => {
  t.strictSame(validateCorsOptions({ origin: '*', allow_origins: undefined }), [])
})

t.test('the right name next to the wrong one is not reported', async t => {
  const issues = validateCorsOptions({ origin: 'https://app.example.com', hook: 'preHandler', orgin: 1 })
  t.strictSame(issues.map(({ path }) => path), ['/hook', '/orgin'])
})
