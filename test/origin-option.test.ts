import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import t from 'tap'
import { validateCorsOptions, type CorsOptions } from '../lib/index.js'
import { compilePolicy } from '../lib/policy/policy.js'

const APP = 'https://app.example.com'

/** `code path: hint` of every issue. */
function issuesOf (options: unknown): string[] {
  return validateCorsOptions(options).map(({ code, path, hint }) => `${code} ${path}: ${hint}`)
}

function codesOf (options: unknown): string[] {
  return validateCorsOptions(options).map(({ code, path }) => `${code} ${path}`)
}

/** Whether a policy allows an origin. */
function allows (options: Partial<CorsOptions>, origin: string): boolean {
  const { origins } = compilePolicy(options)
  return origins.kind === 'listed' && origins.origins.has(origin)
}

/** A RegExp with the flag `v`, which a literal may not have yet under TypeScript's target. */
function unicodeSets (source: string): RegExp {
  return new RegExp(source, 'v')
}

t.test('the kinds of the origin option', async t => {
  const decide = () => true
  const rows: Array<[origin: CorsOptions['origin'], kind: string]> = [
    [false, 'none'],
    ['*', 'any'],
    [' * ', 'any'],
    [['*'], 'any'],
    [[' * '], 'any'],
    [APP, 'listed'],
    [`${APP},https://*.example.com , http://localhost:*`, 'listed'],
    [[APP, /https:\/\/[a-z]\.example\.com/], 'listed'],
    [/https:\/\/[a-z]\.example\.com/, 'listed'],
    [decide, 'decided'],
    [async () => false, 'decided']
  ]
  for (const [origin, kind] of rows) t.equal(compilePolicy({ origin }).origins.kind, kind, String(origin))
  const { origins } = compilePolicy({ origin: decide })
  t.ok(origins.kind === 'decided' && origins.decide === decide, 'the function itself')
})

t.test('what cannot be an origin option is told what can', async t => {
  const hint = /list the origins of your front ends, for example \['https:\/\/app\.example\.com'\]/
  for (const origin of [null, 1, 0n, {}, new Date(), new Map(), Symbol('a'), Object('*')]) {
    const issues = validateCorsOptions({ origin })
    t.match(issues, [{ code: 'INVALID_TYPE', path: '/origin', message: /^must be '\*', false, an origin, a pattern, a RegExp, a list of these, or a function, but is /, hint }])
    t.equal(issues.length, 1)
  }
  for (const options of [{}, { origin: undefined }]) {
    const issues = validateCorsOptions(options)
    t.match(issues, [{ code: 'MISSING_ORIGIN', path: '/origin', hint }])
    t.equal(issues.length, 1)
  }
})

t.test('origin: true would reflect every origin, and is refused', async t => {
  t.strictSame(issuesOf({ origin: true }), ["INVALID_TYPE /origin: write '*' for a public API without credentials, or list the origins"])
  t.match(validateCorsOptions({ origin: true })[0]?.message, 'origin: true would reflect every origin')
})

t.test('items of a list are named by their place', async t => {
  t.strictSame(codesOf({ origin: [APP, 1, null, 'https://b.example.com', [APP], () => true] }), [
    'INVALID_TYPE /origin/1',
    'INVALID_TYPE /origin/2',
    'INVALID_TYPE /origin/4',
    'INVALID_TYPE /origin/5'
  ])
  t.strictSame(codesOf({ origin: [APP, 'https://b.example.com/', '', ' ', 'null'] }), [
    'EMPTY_ITEM /origin/2',
    'EMPTY_ITEM /origin/3',
    'INVALID_ORIGIN /origin/1',
    'NULL_ORIGIN /origin/4'
  ])
  // eslint-disable-next-line no-sparse-arrays
  t.strictSame(codesOf({ origin: [APP, , APP] }), ['INVALID_TYPE /origin/1'], 'a hole')
  t.strictSame(codesOf({ origin: `${APP},,https://b.example.com/` }), ['EMPTY_ITEM /origin', 'INVALID_ORIGIN /origin'], 'a string has no places')
})

t.test('an empty origin list is told from a policy', async t => {
  for (const origin of ['', '  ', ',', ' , ', [], [''], ['', ' ']]) {
    t.strictSame(issuesOf({ origin }), [
      'EMPTY_LIST /origin: name at least one, or write false for no CORS; if it comes from the environment, the variable is empty'
    ], JSON.stringify(origin))
  }
})

t.test("'*' stands alone", async t => {
  const hint = "write origin: '*' alone, or remove the '*'"
  t.strictSame(issuesOf({ origin: ['*', APP] }), [`WILDCARD_IN_LIST /origin/0: ${hint}`])
  t.strictSame(issuesOf({ origin: `${APP}, *` }), [`WILDCARD_IN_LIST /origin: ${hint}`])
  t.strictSame(issuesOf({ origin: [/https:.*/, '*'] }), [`WILDCARD_IN_LIST /origin/1: ${hint}`])
})

t.test('a text that is no origin is told what is wrong with it, and what to write', async t => {
  const example = "write scheme://host[:port], for example 'https://app.example.com'"
  const rows: Array<[origin: string, fault: string, hint: string]> = [
    ['https://example.com/', 'it ends in a slash', 'write "https://example.com"'],
    ['https://example.com/app', 'it has a path or a query', 'write "https://example.com"'],
    ['https://example.com?a', 'it has a path or a query', 'write "https://example.com"'],
    ['https://Example.com', 'it has upper case', 'write "https://example.com"'],
    ['https://münchen.de', 'it is not ASCII: browsers send international names as punycode', 'write "https://xn--mnchen-3ya.de"'],
    ['https://example.com:443', 'it names the default port, which browsers leave out', 'write "https://example.com"'],
    ['http://example.com:80', 'it names the default port, which browsers leave out', 'write "http://example.com"'],
    ['https://user:pw@example.com', 'it has a user name', 'write "https://example.com"'],
    ['http://0x7f.0.0.1', 'its host is not what browsers send', 'write "http://127.0.0.1"'],
    ['http://0x7f.0.0.1:3000', 'its host or port is not what browsers send', 'write "http://127.0.0.1:3000"'],
    ['http://[0:0:0:0:0:0:0:1]', 'its host is not what browsers send', 'write "http://[::1]"'],
    ['https://example.com:0', 'its host or port is not what browsers send', 'write "https://example.com"'],
    ['https://example.com:99999', 'its host or port is not what browsers send', example],
    ['example.com', 'it does not begin with a scheme and ://', 'write "https://example.com"'],
    ['example.com/app', 'it does not begin with a scheme and ://', 'write "https://example.com"'],
    ['localhost:5173', 'it does not begin with a scheme and ://', 'write "http://localhost:5173"'],
    ['[::1]:5173', 'it does not begin with a scheme and ://', 'write "http://[::1]:5173"'],
    ['//example.com', 'it does not begin with a scheme and ://', 'write "https://example.com"'],
    ['http:/example.com', 'it does not begin with a scheme and ://', example],
    ['"https://example.com"', 'it has white space or quotes', 'write "https://example.com"'],
    ['https://exam ple.com', 'it has white space or quotes', example],
    ['file:///index.html', 'pages from files have the origin null, whatever their path', example],
    ['https://*example.com', 'a * may only stand for subdomains, https://*.example.com, and for the port, http://localhost:*', example],
    ['https://*.example.com/', 'it ends in a slash', 'write "https://*.example.com"'],
    ['https://exa{mple}.com', 'its host is not what browsers send', example],
    ['true', 'it is a word, not an origin', example],
    ['false', 'it is a word, not an origin', example],
    ['undefined', 'it is a word, not an origin', example],
    ['NULL', 'it is a word, not an origin', example]
  ]
  for (const [origin, fault, hint] of rows) {
    const issues = validateCorsOptions({ origin })
    t.strictSame(issues.map(({ code, path, hint }) => ({ code, path, hint })), [{ code: 'INVALID_ORIGIN', path: '/origin', hint }], origin)
    t.ok(issues[0]?.message.includes(`and so would never match: ${fault}`), `${origin}: ${issues[0]?.message}`)
  }
  t.match(validateCorsOptions({ origin: ['https://a.example,https://b.example'] })[0]?.message, 'it has a comma: as an item of an array it is not split')
})

t.test('a password is not shown', async t => {
  for (const origin of ['https://admin:secret@example.com', 'https://admin:se@cret@example.com/a@b', 'HTTPS://admin:secret@*.example.com', 'admin:secret@example.com', '//admin:secret@example.com', 'https:/admin:secret@example.com']) {
    const [issue] = validateCorsOptions({ origin })
    t.notMatch(JSON.stringify(issue), /admin|cret/, origin)
  }
})

/** The values that the hints of a set of options say to write. */
function suggestions (options: unknown): string[] {
  return validateCorsOptions(options).flatMap(({ hint }) => {
    const value = /^write ("(?:[^"\\]|\\.)*")/.exec(hint)?.[1]
    return value === undefined ? [] : [JSON.parse(value) as string]
  })
}

t.test('a long value is suggested whole', async t => {
  const long = `https://${'a'.repeat(63)}.${'b'.repeat(63)}.example.com`
  t.strictSame(suggestions({ origin: `${long}/` }), [long])
  t.strictSame(suggestions({ origin: long.replace('https', 'http'), credentials: true }), [long])
})

t.test('a value that a hint says to write is accepted as it stands, with credentials too', async t => {
  const host = fc.constantFrom('example.com', 'Example.com', 'münchen.de', '0x7f.1', '[0:0::1]', 'a.localhost', '10.0.0.1', 'example.com.', '*.example.com', '**.a', 'a b')
  const parts = fc.tuple(
    fc.constantFrom('https://', 'http://', 'HTTP://', 'ws://', 'ftp://', 'app://', '//', '', 'file://', 'http://me@'),
    host,
    fc.constantFrom('', ':80', ':443', ':8443', ':21', ':0', ':*', ':'),
    fc.constantFrom('', '/', '/a', '?a', '"')
  )
  let seen = 0
  t.doesNotThrow(() => {
    fc.assert(fc.property(parts, fc.boolean(), (parts, credentials) => {
      for (const origin of suggestions({ origin: [parts.join('')], credentials })) {
        seen++
        const left = codesOf({ origin, credentials })
        if (left.length > 0) throw new Error(`${origin}: ${left.join()}`)
      }
    }), { numRuns: 3000 })
  })
  t.ok(seen > 1000)
})

t.test('any origin with credentials is refused in every disguise', async t => {
  const anyone: unknown[] = [
    '*', ['*'], ' *', [' * '],
    /.*/, /.+/, /^.*$/, /[^]*/, /[\s\S]+/, /|.*/, /https?:\/\/.*/, /^https:\/\/.+$/, /https:\/\/.+\.com/, /https:\/\/.+\.com$/,
    /https:\/\/[a-z]+\.com/, /https:\/\/[a-z0-9-]+\.net/, /https:\/\/[^/]+/, /.*\.io/, /^https:\/\/(?!evil).*/, /https:\/\/(?<host>.*)/u, unicodeSets('https://[\\w.\\-]+'),
    /HTTPS:\/\/.*/i, /http:\/\/[0-9.]+/, /.*(?<!example\.com)/, [APP, /.*/], ['https://*.example.com', /https:.*/]
  ]
  for (const origin of anyone) {
    const path = Array.isArray(origin) && origin.length > 1 ? '/origin/1' : Array.isArray(origin) ? '/origin/0' : '/origin'
    t.strictSame(issuesOf({ origin, credentials: true }), [
      `ANY_ORIGIN_WITH_CREDENTIALS ${path}: list the origins of your front ends, for example ['https://app.example.com', 'https://*.example.com'], or write credentials: false`
    ], String(origin))
    t.strictSame(issuesOf({ origin }), [], `${String(origin)} without credentials`)
  }
  t.strictSame(issuesOf({ origin: /https:\/\/example\.com|.*/, credentials: true }), ['ANY_ORIGIN_WITH_CREDENTIALS /origin: write "https://example.com"'])
  t.match(validateCorsOptions({ origin: /.*/, credentials: true })[0]?.message, /^\/\.\*\/ matches origins that anybody can have, and with credentials: true would let every web site act as the user/)
})

t.test('nothing gets past wildcard plus credentials', async t => {
  const dangerouslyAllow = ['insecure-origins', 'public-suffixes', 'null-origin']
  for (const origin of ['*', /.*/, 'null', ['null']]) t.not(issuesOf({ origin, credentials: true, dangerouslyAllow }).length, 0)
})

t.test('a RegExp for origins of one\'s own is accepted with credentials', async t => {
  for (const origin of [/https:\/\/[a-z]+\.example\.com/, /https:\/\/(?:a|b)\.example\.com/, /^https:\/\/app\.example\.(?:com|org)$/, /http:\/\/localhost(?::\d+)?/]) {
    t.strictSame(issuesOf({ origin, credentials: true }), [], String(origin))
  }
})

t.test('origins without TLS are refused with credentials, unless they are loopback', async t => {
  const insecure: Record<string, string> = {
    'http://example.com': 'https://example.com',
    'http://example.com:8080': 'https://example.com:8080',
    'http://example.com:443': 'https://example.com',
    'http://*.example.com': 'https://*.example.com',
    'http://*.example.com:443': 'https://*.example.com',
    'http://example.com:*': 'https://example.com:*',
    'http://10.0.0.1': 'https://10.0.0.1',
    'http://128.0.0.1': 'https://128.0.0.1',
    'http://[2001:db8::1]': 'https://[2001:db8::1]',
    'http://[::ffff:7f00:1]': 'https://[::ffff:7f00:1]',
    'http://127.example.com': 'https://127.example.com',
    'http://notlocalhost': 'https://notlocalhost',
    'http://localhost.example.com': 'https://localhost.example.com',
    'http://a-localhost': 'https://a-localhost',
    'ws://example.com': 'wss://example.com',
    'ws://example.com:443': 'wss://example.com',
    'ftp://example.com': 'https://example.com'
  }
  for (const [origin, secure] of Object.entries(insecure)) {
    t.strictSame(issuesOf({ origin, credentials: true }), [
      `INSECURE_ORIGIN_WITH_CREDENTIALS /origin: write "${secure}", or dangerouslyAllow: ['insecure-origins']`
    ], origin)
    t.strictSame(issuesOf({ origin, credentials: true, dangerouslyAllow: ['insecure-origins'] }), [], `${origin}, dangerously`)
    t.strictSame(issuesOf({ origin }), [], `${origin} without credentials`)
  }

  const trustworthy = [
    'https://example.com', 'wss://example.com', 'http://localhost', 'http://localhost.', 'http://localhost:5173', 'http://localhost:*', 'http://a.localhost',
    'http://*.localhost:*', 'http://127.0.0.1', 'http://127.1.2.3:3000', 'http://[::1]', 'http://[::1]:*', 'ws://localhost', 'capacitor://localhost',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop', 'app://example'
  ]
  for (const origin of trustworthy) t.strictSame(issuesOf({ origin, credentials: true }), [], origin)
})

t.test('a corrected origin without TLS is suggested with it, where credentials need it', async t => {
  t.strictSame(suggestions({ origin: 'http://Example.com/', credentials: true }), ['https://example.com'])
  t.strictSame(suggestions({ origin: 'http://*.Example.com/', credentials: true }), ['https://*.example.com'])
  t.strictSame(suggestions({ origin: 'http://Localhost/', credentials: true }), ['http://localhost'])
  t.strictSame(suggestions({ origin: 'http://Example.com/' }), ['http://example.com'])
  t.strictSame(suggestions({ origin: 'http://Example.com/', credentials: true, dangerouslyAllow: ['insecure-origins'] }), ['http://example.com'])
})

t.test('null is refused, unless it is dangerously allowed, and with credentials always', async t => {
  for (const [origin, path] of [['null', '/origin'], [[APP, 'null'], '/origin/1'], [[' null '], '/origin/0']]) {
    t.strictSame(issuesOf({ origin }), [`NULL_ORIGIN ${path}: serve the page from an origin and list that, or write dangerouslyAllow: ['null-origin']`])
    t.strictSame(issuesOf({ origin, dangerouslyAllow: ['insecure-origins', 'public-suffixes'] }).length, 1)
    t.strictSame(issuesOf({ origin, dangerouslyAllow: 'null-origin' }), [])
    for (const dangerouslyAllow of [undefined, ['null-origin']]) {
      t.strictSame(issuesOf({ origin, credentials: true, dangerouslyAllow }), [`NULL_ORIGIN_WITH_CREDENTIALS ${path}: remove it, or write credentials: false`])
    }
  }
  const options = { origin: ['null', APP], dangerouslyAllow: ['null-origin'] as const }
  t.ok(allows(options, 'null'))
  for (const origin of ['NULL', 'Null', ' null', '']) t.notOk(allows(options, origin), origin)
  t.notOk(allows({ origin: APP }, 'null'))
})

const lookups: Array<{ title: string, origin: CorsOptions['origin'], allowed: string[], refused: string[] }> = [
  {
    title: 'an exact origin is itself, byte for byte',
    origin: ['https://example.com', 'http://localhost:5173', 'capacitor://localhost', 'http://[::1]:8080'],
    allowed: ['https://example.com', 'http://localhost:5173', 'capacitor://localhost', 'http://[::1]:8080'],
    refused: ['http://example.com', 'https://example.com.', 'https://example.com:8443', 'https://example.com:443', 'https://example.com/', 'https://EXAMPLE.com',
      'https://a.example.com', 'https://example.com.evil.example', 'https://evil-example.com', 'http://localhost', 'http://localhost:51730', 'capacitor://localhost:1',
      'ionic://localhost', 'http://[::1]', '', 'null', 'https://example.com, https://example.com']
  },
  {
    title: 'a subdomain pattern has one or more labels, never the apex, never an empty one',
    origin: 'https://*.example.com',
    allowed: ['https://a.example.com', 'https://a.b.c.example.com', 'https://example.com.example.com', 'https://a_b.example.com', 'https://xn--mnchen-3ya.example.com'],
    refused: ['https://example.com', 'https://.example.com', 'https://a..example.com', 'https://evilexample.com', 'https://evil-example.com', 'http://a.example.com',
      'https://a.example.com:8443', 'https://a.example.com.', 'https://a.example.com.evil.example', 'https://a.example.org', 'https://com', 'https://A.example.com',
      'https://*.example.com', 'https://a.example.com/', 'https://a@b.example.com', 'wss://a.example.com', 'https://a%2eexample.com', `https://${'a.'.repeat(130)}example.com`]
  },
  {
    title: 'a subdomain pattern with a port has that port',
    origin: 'https://*.example.com:8443',
    allowed: ['https://a.example.com:8443'],
    refused: ['https://a.example.com', 'https://a.example.com:8444', 'https://example.com:8443']
  },
  {
    title: 'a port pattern has any port or none, and no other host',
    origin: 'http://localhost:*',
    allowed: ['http://localhost', 'http://localhost:1', 'http://localhost:5173', 'http://localhost:65535'],
    refused: ['http://localhost:0', 'http://localhost:80', 'http://localhost:65536', 'http://localhost:', 'http://localhost:*', 'https://localhost', 'http://a.localhost',
      'http://localhost.', 'http://localhost.evil.example', 'http://localhost:1.evil.example', 'http://localhost:5173/']
  },
  {
    title: 'both together',
    origin: 'https://*.example.com:*',
    allowed: ['https://a.example.com', 'https://a.b.example.com:8443'],
    refused: ['https://example.com', 'https://example.com:8443', 'http://a.example.com:8443', 'https://a.example.com:443']
  },
  {
    title: 'patterns and exact origins for one host add up',
    origin: ['https://example.com', 'https://*.example.com:8443', 'https://*.b.example.com:*', 'https://b.example.com:*', 'wss://*.example.com', 'https://*.example.com:9443'],
    allowed: ['https://example.com', 'https://a.example.com:8443', 'https://a.example.com:9443', 'https://a.b.example.com', 'https://a.b.example.com:1', 'https://b.example.com', 'https://b.example.com:8443', 'wss://a.example.com'],
    refused: ['https://a.example.com', 'https://example.com:8443', 'wss://example.com', 'https://bb.example.com', 'https://a.c.example.com']
  },
  {
    title: 'a pattern with a trailing dot has hosts with one',
    origin: 'https://*.example.com.',
    allowed: ['https://a.example.com.'],
    refused: ['https://a.example.com', 'https://example.com.']
  },
  {
    title: 'addresses with any port',
    origin: ['http://127.0.0.1:*', 'http://[::1]:*'],
    allowed: ['http://127.0.0.1', 'http://127.0.0.1:3000', 'http://[::1]', 'http://[::1]:3000'],
    refused: ['http://127.0.0.2', 'http://127.1:3000', 'http://[0:0:0:0:0:0:0:1]:3000', 'http://a.127.0.0.1']
  },
  {
    title: 'a RegExp has to match the whole origin',
    origin: /https:\/\/app\.example\.com/,
    allowed: ['https://app.example.com'],
    refused: ['https://app.example.com.evil.example', 'https://app.example.com:8443', 'http://https://app.example.com', 'https://app.example.comm']
  },
  {
    title: 'alternatives are anchored at both ends each',
    origin: /^https:\/\/a\.example\.com|https:\/\/b\.example\.com$/,
    allowed: ['https://a.example.com', 'https://b.example.com'],
    refused: ['https://a.example.com.evil.example', 'evil://https://b.example.com', 'https://a.example.com:1']
  },
  {
    title: 'a RegExp never sees what is no origin',
    origin: /.*/,
    allowed: ['https://anything.example'],
    refused: ['null', '', 'a', 'https://a/', 'https://a\n', `https://${'a'.repeat(400)}`, 'file://', 'https://a, https://b']
  }
]

for (const { title, origin, allowed, refused } of lookups) {
  t.test(title, async t => {
    for (const candidate of allowed) t.ok(allows({ origin }, candidate), candidate)
    for (const candidate of refused) t.notOk(allows({ origin }, candidate), candidate)
  })
}

t.test('a comma-separated string is the same as the list', async t => {
  const text = ` ${APP} ,https://*.example.org,\thttp://localhost:* `
  for (const origin of [APP, 'https://a.example.org', 'http://localhost:1']) t.ok(allows({ origin: text }, origin))
  t.notOk(allows({ origin: text }, 'https://example.org'))
})

t.test('flags of a RegExp', async t => {
  const source = '^https://[a-z]+\\.example\\.com$'
  for (const flags of ['', 'g', 'y', 'gy', 'm', 's', 'd', 'u', 'v', 'gmu']) {
    const { origins } = compilePolicy({ origin: new RegExp(source, flags) })
    for (const time of [1, 2, 3]) t.ok(origins.kind === 'listed' && origins.origins.has(APP), `${flags}: carries no state, time ${time}`)
    t.notOk(origins.kind === 'listed' && origins.origins.has('https://APP.example.com'))
  }
  t.ok(allows({ origin: /https:\/\/APP\.example\.com/i }, APP), 'i: the case of the RegExp does not count')
  t.ok(allows({ origin: /https:\/\/\p{Ll}+\.example\.com/u }, APP), 'u: properties')
  t.ok(allows({ origin: unicodeSets('https://[[a-z]--[b]]+\\.example\\.com') }, APP), 'v: set notation')
  t.notOk(allows({ origin: unicodeSets('https://[[a-z]--[p]]+\\.example\\.com') }, APP))
  const stateful = /https:\/\/app\.example\.com/g
  stateful.lastIndex = 5
  t.ok(allows({ origin: stateful }, APP))
  t.equal(stateful.lastIndex, 5, "the application's RegExp is left alone")
})

t.test('groups, backreferences and lookarounds keep their meaning', async t => {
  t.ok(allows({ origin: /https:\/\/(a|b)\.\1\.example\.com/ }, 'https://a.a.example.com'))
  t.notOk(allows({ origin: /https:\/\/(a|b)\.\1\.example\.com/ }, 'https://a.b.example.com'))
  t.ok(allows({ origin: /https:\/\/(?<name>a|b)\.\k<name>\.example\.com/ }, 'https://b.b.example.com'))
  t.notOk(allows({ origin: /https:\/\/(?!evil)[a-z]+\.example\.com/ }, 'https://evil.example.com'))
  t.notOk(allows({ origin: /https:\/\/[a-z]+\.example\.com(?=:8443)/ }, 'https://a.example.com:8443'), 'a lookahead is no part of the match')
})

t.test('a RegExp of another realm is one', async t => {
  t.ok(allows({ origin: runInNewContext('/https:\\/\\/app\\.example\\.com/') as RegExp }, APP))
})

t.test('what was done to a RegExp object does not count', async t => {
  const changed = Object.defineProperty(/https:\/\/app\.example\.com/, 'source', { value: '(' })
  t.strictSame(issuesOf({ origin: [changed] }), [])
  t.ok(allows({ origin: [changed] }, APP))
})

t.test('100,000 origins are one set', async t => {
  const origin = Array.from({ length: 100_000 }, (_, index) => index % 2 === 0 ? `https://a${index}.example.com` : `https://*.a${index}.example.com`)
  const { origins } = compilePolicy({ origin, credentials: true })
  const has = (candidate: string) => origins.kind === 'listed' && origins.origins.has(candidate)
  t.ok(has('https://a99998.example.com'))
  t.ok(has('https://b.a99999.example.com'))
  t.notOk(has('https://a99999.example.com'))
  t.notOk(has('https://a100000.example.com'))
})
