import t from 'tap'
import { CorsOptionsError, CorsOptionsSchema, validateCorsOptions } from '../lib/index.js'
import { compilePolicy } from '../lib/policy/policy.js'

const origin = 'https://app.example.com'
const CREDENTIALS = 'https://fetch.spec.whatwg.org/#cors-protocol-and-credentials'

/** Every issue as a developer reads it: where, what is wrong and why → what to write. */
const texts: Array<[options: Record<string, unknown>, ...lines: string[]]> = [
  [{}, '/origin: origin is missing: there is no default that would be both safe and of use → list the origins of your front ends, for example [\'https://app.example.com\']; if it comes from the environment, the variable is not set'],
  [{ origin: true }, "/origin: origin: true would reflect every origin, which browsers take for permission to use credentials → write '*' for a public API without credentials, or list the origins"],
  [{ origin: '*', credentials: true }, `/origin: '*' with credentials: true would let every web site act as the user who is logged in (${CREDENTIALS}) → list the origins of your front ends, for example ['https://app.example.com', 'https://*.example.com'], or write credentials: false`],
  [{ origin: [1] }, "/origin/0: must be a string or a RegExp, but is 1 → write an origin ('https://app.example.com'), a pattern ('https://*.example.com') or a RegExp"],
  [{ origin: ['*', origin] }, "/origin/0: '*' next to other items: it already covers them, so that one of the two is not meant → write origin: '*' alone, or remove the '*'"],
  [{ origin: 'null' }, "/origin: 'null' is the origin of every sandboxed frame, which any web site can make → serve the page from an origin and list that, or write dangerouslyAllow: ['null-origin']"],
  [{ origin: 'null', credentials: true }, "/origin: 'null' is the origin of every sandboxed frame, which any web site can make: with credentials it would let every web site act as the user → remove it, or write credentials: false"],
  [{ origin: 'http://http.example.com', credentials: true }, '/origin: "http://http.example.com" has no TLS: whoever is on the network can put a script into its pages and act as the user → write "https://http.example.com", or dangerouslyAllow: [\'insecure-origins\']'],
  [{ origin: 'http://a.example.com:4433', credentials: true }, '/origin: "http://a.example.com:4433" has no TLS: whoever is on the network can put a script into its pages and act as the user → write "https://a.example.com:4433", or dangerouslyAllow: [\'insecure-origins\']'],
  [{ origin: 'http://ws:8080', credentials: true }, '/origin: "http://ws:8080" has no TLS: whoever is on the network can put a script into its pages and act as the user → write "https://ws:8080", or dangerouslyAllow: [\'insecure-origins\']'],
  [{ origin: 'ws://http:8080', credentials: true }, '/origin: "ws://http:8080" has no TLS: whoever is on the network can put a script into its pages and act as the user → write "wss://http:8080", or dangerouslyAllow: [\'insecure-origins\']'],
  [{ origin: /app.example\.com$/ },
    '/origin: /app.example\\.com$/ has a . between characters of a host, which matches any character, so that other hosts match too → write ["https://app.example.com", "https://*.app.example.com"]',
    '/origin: /app.example\\.com$/ would never match: a RegExp is held against the whole origin, scheme://host[:port], as if between ^ and $ → write ["https://app.example.com", "https://*.app.example.com"]'],
  [{ origin: /.*\.github\.io/, credentials: true },
    '/origin: /.*\\.github\\.io/ also matches "http://evil.github.io": anybody can get a name under "github.io" (https://publicsuffix.org), and its pages would act as the user → name your own hosts, for example "https://my-app.github.io", or write dangerouslyAllow: [\'public-suffixes\']',
    '/origin: /.*\\.github\\.io/ matches "ws://a.github.io", which has no TLS: whoever is on the network can put a script into its pages and act as the user → match https: only, or write dangerouslyAllow: [\'insecure-origins\']'],
  [{ origin: /\.github\.io$/, credentials: true }, "/origin: /\\.github\\.io$/ would never match: a RegExp is held against the whole origin, scheme://host[:port], as if between ^ and $ → write a pattern, for example 'https://*.example.com', or list the origins"],
  [{ origin, methods: [1] }, "/methods/0: must be a method name, but is 1 → write for example 'PUT'"],
  [{ origin, methods: ['P T'] }, "/methods/0: \"P T\" is not a method name → write for example 'PUT'"],
  [{ origin, methods: ['trace'] }, '/methods/0: browsers let no page send TRACE (https://fetch.spec.whatwg.org/#forbidden-method) → remove it'],
  [{ origin, methods: ['put'] }, "/methods/0: \"put\": browsers compare methods byte by byte, and Node's HTTP parser knows them in upper case only → write 'PUT'"],
  [{ origin, methods: [] }, '/methods: methods is an empty list, so that nothing would be allowed and nothing would say why → name at least one, or leave the option out; if it comes from the environment, the variable is empty'],
  [{ origin, allowedHeaders: [1] }, "/allowedHeaders/0: must be a header name, but is 1 → write for example 'Authorization'"],
  [{ origin, allowedHeaders: ['a b'] }, "/allowedHeaders/0: \"a b\" is not a header name → write for example 'X-Request-Id'"],
  [{ origin, allowedHeaders: ['Cookie'] }, '/allowedHeaders/0: browsers let no page set "Cookie", so that no preflight asks for it (https://fetch.spec.whatwg.org/#forbidden-request-header) → remove it; for cookies write credentials: true'],
  [{ origin, allowedHeaders: ['Cookie2', 'Set-Cookie'] },
    '/allowedHeaders/0: browsers let no page set "Cookie2", so that no preflight asks for it (https://fetch.spec.whatwg.org/#forbidden-request-header) → remove it',
    '/allowedHeaders/1: browsers let no page set "Set-Cookie", so that no preflight asks for it (https://fetch.spec.whatwg.org/#forbidden-request-header) → remove it'],
  [{ origin, exposedHeaders: [1] }, "/exposedHeaders/0: must be a header name, but is 1 → write for example 'Location'"],
  [{ origin, exposedHeaders: ['Set-Cookie'] }, '/exposedHeaders/0: browsers let no page read "Set-Cookie" (https://fetch.spec.whatwg.org/#forbidden-response-header-name) → remove it; send the value in a header of your own if a page needs it'],
  [{ origin, exposedHeaders: '*', credentials: true }, `/exposedHeaders: '*' with credentials: true exposes a header called "*" and nothing else (${CREDENTIALS}) → list the response headers that your pages read: ['Location', 'X-Total-Count']`],
  [{ origin, vary: [1] }, "/vary/0: must be a header name, but is 1 → write for example 'X-Tenant'"],
  [{ origin, vary: '*' }, '/vary: Vary: * would keep every response of this scope out of every cache → name the request headers that the origin function looks at'],
  [{ origin, cacheControl: 'a\nb' }, "/cacheControl: \"a\\nb\" cannot be sent as a header → write a number of seconds, or a value such as 'public, max-age=3600'"],
  [{ origin, dangerouslyAllow: [1] }, '/dangerouslyAllow/0: must be one of insecure-origins, public-suffixes, null-origin, but is 1 → name only the rule that you have to break'],
  [{ origin, vary: [...Array(12).fill('A'), 1] }, "/vary/12: must be a header name, but is 1 → write for example 'X-Tenant'"],
  [{ origin, dangerouslyAllow: ['everything'] }, '/dangerouslyAllow/0: "everything" is not a rule that can be switched off → the rules are insecure-origins, public-suffixes, null-origin']
]

t.test('every issue says where it is, what is wrong and why, and what to write instead', async t => {
  for (const [options, ...lines] of texts) {
    t.strictSame(validateCorsOptions(options).map(({ path, message, hint }) => `${path}: ${message} → ${hint}`), lines)
    t.throws(() => compilePolicy(options), CorsOptionsError, String(lines[0]))
  }
})

/** What is wrong with a text that is no origin: the first fault, and only where it is one. */
const faults: Array<[text: string, fault: string]> = [
  ['true', 'it is a word, not an origin; in options write it without quotes, in the environment leave the variable out'],
  ['https://a.example/true', 'it has a path or a query'],
  ['user@example.com', 'it does not begin with a scheme and ://'],
  ['true.example.com', 'it does not begin with a scheme and ://'],
  ['https://file:1.example', 'its host is not what browsers send'],
  ['https://a.example/?u=https://b@c', 'it has a path or a query'],
  ['x https://user@a.example', 'it has white space or quotes'],
  ['https://443.example:0443', 'it names the default port, which browsers leave out'],
  ['https://a.example:8443:1', 'its host or port is not what browsers send'],
  ['https://A.example', 'it has upper case'],
  ['https://*.A.example', 'it has upper case'],
  ['https://a.example/b://c/', 'it has a path or a query'],
  ['https://*.example.com:443', 'it names the default port, which browsers leave out'],
  ['https://a.example:800000', 'its host or port is not what browsers send'],
  ['https://*.10.0.0.1', 'a * may only stand for subdomains, https://*.example.com, and for the port, http://localhost:*'],
  ['https://*.*.example.com', 'a * may only stand for subdomains, https://*.example.com, and for the port, http://localhost:*']
]

t.test('a text that is no origin is told its first fault', async t => {
  for (const [text, fault] of faults) {
    const [issue] = validateCorsOptions({ origin: [text] })
    t.equal(issue?.message, `${JSON.stringify(text.replace('user@', '…@'))} is not an origin as browsers send it, and so would never match: ${fault}`)
  }
})

t.test('the names that other frameworks use are known, whatever their spelling', async t => {
  const names: Record<string, string> = {
    allow_origins: 'origin',
    allowedOrigin: 'origin',
    allowOriginFunc: 'origin',
    allow_credentials: 'credentials',
    allowedCredentials: 'credentials',
    withCredentials: 'credentials',
    method: 'methods',
    allow_methods: 'methods',
    allow_headers: 'allowedHeaders',
    expose_headers: 'exposedHeaders',
    responseHeaders: 'exposedHeaders',
    max_age: 'maxAge',
    optionsStatus: 'optionsSuccessStatus',
    orgin: 'origin',
    credential: 'credentials'
  }
  for (const [name, meant] of Object.entries(names)) {
    t.equal(validateCorsOptions({ origin, [name]: 1 }).find(({ path }) => path === `/${name}`)?.hint, `write ${meant}`, name)
  }
  for (const name of ['rig', 'a'.repeat(41), `${'-'.repeat(35)}origin`]) {
    t.match(validateCorsOptions({ origin, [name]: 1 })[0]?.hint, /^the options are origin, credentials, /, name)
  }
})

t.test('the schema tells the defaults', async t => {
  const defaults = Object.entries(CorsOptionsSchema.properties).map(([name, schema]) => [name, schema['default'] as unknown])
  t.strictSame(Object.fromEntries(defaults.filter(([, value]) => value !== undefined)), {
    credentials: false,
    allowedHeaders: [],
    exposedHeaders: [],
    maxAge: 600,
    vary: [],
    optionsSuccessStatus: 204,
    preflight: true,
    preflightContinue: false,
    rawHeaders: false,
    hideOptionsRoute: true,
    dangerouslyAllow: []
  })
})

/** What a RegExp is told, with and without a proposal that would be accepted. */
const regexps: Array<[regexp: RegExp, credentials: boolean, code: string, message: string, hint: string]> = [
  [/^https:\/\/app.example\.com$/, false, 'UNESCAPED_DOT', 'has a . between characters of a host, which matches any character, so that other hosts match too', 'write /^https:\\/\\/app\\.example\\.com$/'],
  [/^https:\/\/[a-z]+.github\.io$/, true, 'UNESCAPED_DOT', 'has a . between characters of a host, which matches any character, so that other hosts match too', 'write \\. for a dot, and [a-z0-9-] for any character of a label'],
  [/example\.com$/, false, 'UNMATCHABLE_REGEXP', 'would never match: a RegExp is held against the whole origin, scheme://host[:port], as if between ^ and $', 'write ["https://example.com", "https://*.example.com"]'],
  [/^https:\/\/([a-z]+)*\.example\.com$/, false, 'UNSAFE_REGEXP', 'can be read in so many ways that an origin of a few hundred characters would keep the server busy (https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS)', 'write "https://*.example.com"'],
  [/^https:\/\/(.+)+$/, false, 'UNSAFE_REGEXP', 'can be read in so many ways that an origin of a few hundred characters would keep the server busy (https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS)', "write a pattern, for example 'https://*.example.com', or list the origins"],
  [/^https:\/\/[a-z.]+$/, true, 'ANY_ORIGIN_WITH_CREDENTIALS', 'matches origins that anybody can have, and with credentials: true would let every web site act as the user who is logged in: one is "https://evil.io"', "list the origins of your front ends, for example ['https://app.example.com', 'https://*.example.com'], or write credentials: false"],
  [/^https:\/\/[a-z]+example\.com$/, true, 'ANY_ORIGIN_WITH_CREDENTIALS', 'matches origins that anybody can have, and with credentials: true would let every web site act as the user who is logged in: one is "https://evilexample.com"', 'write ["https://example.com", "https://*.example.com"]'],
  [/^https:\/\/[a-z]+\.github\.io$/, true, 'PUBLIC_SUFFIX_WITH_CREDENTIALS', 'also matches "https://evil.github.io": anybody can get a name under "github.io" (https://publicsuffix.org), and its pages would act as the user', 'name your own hosts, for example "https://my-app.github.io", or write dangerouslyAllow: [\'public-suffixes\']'],
  [/^https?:\/\/app\.example\.com$/, true, 'INSECURE_ORIGIN_WITH_CREDENTIALS', 'matches "http://app.example.com", which has no TLS: whoever is on the network can put a script into its pages and act as the user', "write /^https:\\/\\/app\\.example\\.com$/, or write dangerouslyAllow: ['insecure-origins']"],
  [/^.*:\/\/app\.example\.com$/, true, 'INSECURE_ORIGIN_WITH_CREDENTIALS', 'matches "ws://app.example.com", which has no TLS: whoever is on the network can put a script into its pages and act as the user', "write \"https://app.example.com\", or write dangerouslyAllow: ['insecure-origins']"]
]

t.test('a RegExp is told what it matches, and what to write', async t => {
  for (const [regexp, credentials, code, message, hint] of regexps) {
    t.strictSame(validateCorsOptions({ origin: regexp, credentials }), [{ code, path: '/origin', message: `${String(regexp)} ${message}`, hint }], String(regexp))
  }
})
