import t from 'tap'
import { ALPHABET, commonText, parseRegExp, readAutomata } from '../lib/origin/automaton.js'
import { insecureShapes, originShape, strangerShapes } from '../lib/origin/origin-shape.js'
import { anchorRegExp, inspectRegExp } from '../lib/origin/regexp.js'
import { validateCorsOptions, type CorsOptions } from '../lib/index.js'

/** What a hint says to write, as a value. */
function proposed (hint: string): CorsOptions['origin'] | undefined {
  const text = /^write (\[.*?\]|"[^"]*"|\/.*?\/[a-z]*)(?:, or|$)/.exec(hint)?.[1]
  if (text === undefined) return undefined
  if (!text.startsWith('/')) return JSON.parse(text)
  const end = text.lastIndexOf('/')
  return new RegExp(text.slice(1, end), text.slice(end + 1))
}

/** Everyday ones, right as they are: accepted without credentials, and the first group with them too. */
const good: RegExp[] = [
  /https:\/\/app\.example\.com/,
  /^https:\/\/(?:app|admin)\.example\.com$/,
  /^https:\/\/a\.example\.com|https:\/\/b\.example\.com$/,
  /https:\/\/[a-z0-9-]+\.example\.com/,
  /https:\/\/([a-z0-9-]+\.)*example\.com/,
  /https:\/\/(?:[a-z0-9-]+\.)+example\.com/,
  /https:\/\/(.+\.)?example\.com/,
  /https:\/\/.*\.example\.com/,
  /https:\/\/.+\.example\.com(:\d+)?/,
  /https:\/\/(www\.)?example\.(com|net|org)/,
  /http:\/\/localhost(:\d+)?/,
  /http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?/,
  /http:\/\/[a-z]+\.localhost:\d{4,5}/,
  /https:\/\/pr-\d+\.preview\.example\.com/,
  /https:\/\/[\w-]{1,63}\.example\.com/i,
  /https:\/\/EXAMPLE\.COM/i,
  /https:\/\/([a-z0-9]+(-[a-z0-9]+)*\.)*example\.com/,
  /https:\/\/(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+example\.com/,
  /https:\/\/(?!admin\.)[a-z]+\.example\.com/,
  /https:\/\/[a-z]+(?<!admin)\.example\.com/,
  /https:\/\/(?<tenant>[a-z]{2,20})\.example\.com/,
  /https:\/\/([a-z]+)\.\1\.example\.com/,
  /https:\/\/(?<a>[a-z]+)-\k<a>\.example\.com/,
  /https:\/\/[^.]+\.example\.com/,
  /https:\/\/[^./]{3,}\.example\.com(?::\d{1,5})?/,
  /https:\/\/.{2}\.example\.com/,
  /https:\/\/a[.]example\.com/,
  /https:\/\/a\u002eexample\.com/u,
  /https:\/\/[\p{ASCII}--[.:\/\[\]]]+\.example\.com/v,
  /https:\/\/[\q{app|admin}]\.example\.com/v,
  /https:\/\/[\w&&[^\d]]+\.example\.com/v,
  /https:\/\/(\w+\.){0,3}example\.com/,
  /https:\/\/(.*\.)?(foo|bar)\.com/,
  /https:\/\/.*\.(staging|prod)\..*\.example\.com/,
  /https:\/\/pr-.\.example\.com/,
  /https:\/\/a(?:.)*b\.example\.com/,
  /https:\/\/(?=a.)[a-z]+\.example\.com/,
  /https:\/\/a\W.b\.example\.com/,
  /https:\/\/a[^b].c\.example\.com/,
  /https:\/\/a[.-].c\.example\.com/,
  /https:\/\/a(|b).c\.example\.com/,
  /https:\/\/a(?:b|-).c\.example\.com/,
  /https:\/\/(?:a-|b).c\.example\.com/,
  /https:\/\/a\.b.(?:c|-d)\.example\.com/,
  /https:\/\/a\db\.example\.com/,
  /https:\/\/(?:abx|aby)*z\.example\.com/,
  /https:\/\/(?:ab)*(?:c?)?d\.example\.com/,
  /https:\/\/[[a].b\.example\.com/,
  /https:\/\/\b[a-z]+\b\.example\.com/,
  /https:\/\/.*\.internal/,
  /https:\/\/.*\.cluster\.local/,
  /(?:https|capacitor|tauri):\/\/localhost(?::\d+)?/,
  /chrome-extension:\/\/[a-p]{32}/,
  /moz-extension:\/\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/,
  new RegExp(Array.from({ length: 60 }, (_, index) => `https:\\/\\/www\\.customer-${index}\\.example`).join('|'))
]

/** Right without credentials, where a wide one gives no more than '*' does. */
const wide: Array<[RegExp, code: string, example: string | undefined, proposal: string | undefined]> = [
  [/.*/, 'ANY_ORIGIN_WITH_CREDENTIALS', undefined, undefined],
  [/https?:\/\/.+/, 'ANY_ORIGIN_WITH_CREDENTIALS', undefined, undefined],
  [/https:\/\/[^/]+/, 'ANY_ORIGIN_WITH_CREDENTIALS', undefined, undefined],
  [/https:\/\/[a-z]+\.com/, 'ANY_ORIGIN_WITH_CREDENTIALS', 'https://evil.com', undefined],
  [/https:\/\/(?!evil)[a-z]+\.com/, 'ANY_ORIGIN_WITH_CREDENTIALS', 'https://zqx.com', undefined],
  [/https:\/\/\d+\.com/, 'ANY_ORIGIN_WITH_CREDENTIALS', 'https://907.com', undefined],
  [/https:\/\/example\.[a-z]+/, 'ANY_ORIGIN_WITH_CREDENTIALS', 'https://example.xyz', undefined],
  [/https:\/\/example\.(com|[a-z]{2})/, 'ANY_ORIGIN_WITH_CREDENTIALS', 'https://example.zw', undefined],
  [/https:\/\/.*example\.com/, 'ANY_ORIGIN_WITH_CREDENTIALS', 'https://evilexample.com', '["https://example.com","https://*.example.com"]'],
  [/https:\/\/[a-z.-]*example\.com$/, 'ANY_ORIGIN_WITH_CREDENTIALS', 'https://evilexample.com', '["https://example.com","https://*.example.com"]'],
  [/https:\/\/example\.com.*/, 'ANY_ORIGIN_WITH_CREDENTIALS', undefined, '"https://example.com"'],
  [/https:\/\/([\w-]+\.)*[\w-]+\.example\.com.*/, 'ANY_ORIGIN_WITH_CREDENTIALS', undefined, '"https://*.example.com"'],
  [/http:\/\/.*\.example\.com.*/, 'ANY_ORIGIN_WITH_CREDENTIALS', undefined, '"https://*.example.com"'],
  [/(?=https:\/\/)(?=.*\.net$)(?=.*q7z-nobody).*/, 'ANY_ORIGIN_WITH_CREDENTIALS', 'https://a.q7z-nobody-x3.net', undefined],
  [/(?=https:\/\/)(?=.*:8443$)(?=.*q7z-nobody).*/, 'ANY_ORIGIN_WITH_CREDENTIALS', 'https://q7z-nobody-x3.com:8443', undefined],
  [/^http:\/\/example\.com.*/, 'ANY_ORIGIN_WITH_CREDENTIALS', undefined, '"https://example.com"'],
  [/wss?:\/\/a\.example\.com/, 'INSECURE_ORIGIN_WITH_CREDENTIALS', 'ws://a.example.com', '/wss:\\/\\/a\\.example\\.com/'],
  [/ws:\/\/a\.example\.com/, 'INSECURE_ORIGIN_WITH_CREDENTIALS', 'ws://a.example.com', '/wss:\\/\\/a\\.example\\.com/'],
  [/(?=https:\/\/)(?=.*\.com$)(?=.*q7z-nobody).*/, 'ANY_ORIGIN_WITH_CREDENTIALS', 'https://q7z-nobody-x3.com', undefined],
  [/https:\/\/[a-z-]+\.vercel\.app/, 'PUBLIC_SUFFIX_WITH_CREDENTIALS', 'https://evil.vercel.app', undefined],
  [/https:\/\/[\w-]+--my-app\.netlify\.app/, 'PUBLIC_SUFFIX_WITH_CREDENTIALS', 'https://evil--my-app.netlify.app', undefined],
  [/https:\/\/[a-z]+\.co\.uk/, 'PUBLIC_SUFFIX_WITH_CREDENTIALS', 'https://evil.co.uk', undefined],
  [/https:\/\/.+\.s3\.amazonaws\.com/, 'PUBLIC_SUFFIX_WITH_CREDENTIALS', 'https://evil.s3.amazonaws.com', undefined],
  [/^https?:\/\/app\.example\.com$/, 'INSECURE_ORIGIN_WITH_CREDENTIALS', 'http://app.example.com', '/^https:\\/\\/app\\.example\\.com$/'],
  [/http:\/\/(localhost|app\.example\.com)(:\d+)?/, 'INSECURE_ORIGIN_WITH_CREDENTIALS', 'http://app.example.com', '/https:\\/\\/(localhost|app\\.example\\.com)(:\\d+)?/'],
  [/http:\/\/192\.168\.\d{1,3}\.\d{1,3}(:\d{1,5})?/, 'INSECURE_ORIGIN_WITH_CREDENTIALS', 'http://192.168.0.0', undefined],
  [/[hw][ts][tp]*:\/\/app\.example\.com/, 'INSECURE_ORIGIN_WITH_CREDENTIALS', 'ws://app.example.com', '"https://app.example.com"'],
  [/http:\/\/12[78]\.0\.0\.1/, 'INSECURE_ORIGIN_WITH_CREDENTIALS', 'http://128.0.0.1', '/https:\\/\\/12[78]\\.0\\.0\\.1/'],
  [/h..p:\/\/[a-z]\.b/, 'INSECURE_ORIGIN_WITH_CREDENTIALS', 'http://a.b', undefined]
]

/** Wrong with credentials or without. */
const wrong: Array<[RegExp, code: string, proposal: string | undefined]> = [
  [/https:\/\/app.example\.com/, 'UNESCAPED_DOT', '/https:\\/\\/app\\.example\\.com/'],
  [/^https:\/\/app.example.com$/i, 'UNESCAPED_DOT', '/^https:\\/\\/app\\.example\\.com$/i'],
  [/https:\/\/(app|admin).example\.com/, 'UNESCAPED_DOT', '/https:\\/\\/(app|admin)\\.example\\.com/'],
  [/https:\/\/(?:[a-z0-9-]+.)?example\.com/, 'UNESCAPED_DOT', '/https:\\/\\/(?:[a-z0-9-]+\\.)?example\\.com/'],
  [/https:\/\/(?:app.)example\.com/, 'UNESCAPED_DOT', '/https:\\/\\/(?:app\\.)example\\.com/'],
  [/https:\/\/(?:app(?:.example))\.com/, 'UNESCAPED_DOT', '/https:\\/\\/(?:app(?:\\.example))\\.com/'],
  [/https:\/\/[\w]+.example\.com/, 'UNESCAPED_DOT', '/https:\\/\\/[\\w]+\\.example\\.com/'],
  [/https:\/\/app\d.example\.com/, 'UNESCAPED_DOT', '/https:\\/\\/app\\d\\.example\\.com/'],
  [/https:\/\/(app.)example\.com/, 'UNESCAPED_DOT', '/https:\\/\\/(app\\.)example\\.com/'],
  [/https:\/\/app\w.example\.com/, 'UNESCAPED_DOT', '/https:\\/\\/app\\w\\.example\\.com/'],
  [/https:\/\/(?:-a|b).c\.example\.com/, 'UNESCAPED_DOT', '/https:\\/\\/(?:-a|b)\\.c\\.example\\.com/'],
  [/https:\/\/a\.b.(?:c-|d)\.example\.com/, 'UNESCAPED_DOT', '/https:\\/\\/a\\.b\\.(?:c-|d)\\.example\\.com/'],
  [/https:\/\/(\u00e4|b)\.c.example\.com/, 'UNESCAPED_DOT', '/https:\\/\\/(\\u00e4|b)\\.c\\.example\\.com/'],
  [/https:\/\/(ä|b)\.c.example\.com/, 'UNESCAPED_DOT', '"https://*.c.example.com"'],
  [new RegExp(`https:\\/\\/(${'a'.repeat(172)}|b).example\\.com`), 'UNESCAPED_DOT', `/https:\\/\\/(${'a'.repeat(172)}|b)\\.example\\.com/`],
  [/https:\/\/app\.example.(com|net)/, 'UNESCAPED_DOT', '/https:\\/\\/app\\.example\\.(com|net)/'],
  [/https:\/\/(?!admin.example)[a-z]+\.example\.com/, 'UNESCAPED_DOT', '/https:\\/\\/(?!admin\\.example)[a-z]+\\.example\\.com/'],
  [new RegExp(`https:\\/\\/(${'a'.repeat(200)}|b).example\\.com`), 'UNESCAPED_DOT', '"https://*.example.com"'],
  [new RegExp(`https:\\/\\/(${'a'.repeat(200)}|b).c`), 'UNESCAPED_DOT', undefined],
  [/example\.com$/, 'UNMATCHABLE_REGEXP', '["https://example.com","https://*.example.com"]'],
  [/^example\.com/, 'UNMATCHABLE_REGEXP', '["https://example.com","https://*.example.com"]'],
  [/\.example\.com$/, 'UNMATCHABLE_REGEXP', '"https://*.example.com"'],
  [/(^|\.)example\.com$/, 'UNMATCHABLE_REGEXP', '["https://example.com","https://*.example.com"]'],
  [/[a-z]+\.example\.com$/, 'UNMATCHABLE_REGEXP', '"https://*.example.com"'],
  [/(app|admin)\.example\.com$/, 'UNMATCHABLE_REGEXP', '"https://*.example.com"'],
  [/^https:\/\/example\.com\//, 'UNMATCHABLE_REGEXP', '"https://example.com"'],
  [/https:\/\/Example\.com/, 'UNMATCHABLE_REGEXP', '"https://example.com"'],
  [/https:\/\/example\.com:443/, 'UNMATCHABLE_REGEXP', '"https://example.com"'],
  [/\/\/app\.example\.com$/, 'UNMATCHABLE_REGEXP', '"https://app.example.com"'],
  [/a\.b[0-9]+\.example\.com$/, 'UNMATCHABLE_REGEXP', '"https://*.example.com"'],
  [/https:\/\/example\.com:[a-z]/, 'UNMATCHABLE_REGEXP', '"https://example.com"'],
  [/a\db\.example\.com$/, 'UNMATCHABLE_REGEXP', '["https://b.example.com","https://*.b.example.com"]'],
  [/a\b\.example\.com$/, 'UNMATCHABLE_REGEXP', '["https://a.example.com","https://*.a.example.com"]'],
  [/(example\.com)$/, 'UNMATCHABLE_REGEXP', '["https://example.com","https://*.example.com"]'],
  [/(?:example\.com)$/, 'UNMATCHABLE_REGEXP', '["https://example.com","https://*.example.com"]'],
  [/example/, 'UNMATCHABLE_REGEXP', undefined],
  [/null/, 'UNMATCHABLE_REGEXP', undefined],
  [/(?:)/, 'UNMATCHABLE_REGEXP', undefined],
  [/https:\/\/\u0130+\.example\.com/, 'UNMATCHABLE_REGEXP', '"https://*.example.com"'],
  [/https:\/\/([a-z]+)+\.example\.com/, 'UNSAFE_REGEXP', '"https://*.example.com"']
]

/** Each keeps a matcher busy with 326 characters, exponentially or with a power of three or more. */
const busy: RegExp[] = [
  /https:\/\/([a-z0-9-]+)*\.example\.com/,
  /https:\/\/(\w+\.?)+example\.com/,
  /https:\/\/([a-z]|[a-z])+\.example\.com/,
  /https:\/\/(a|a)*b/,
  /https:\/\/(ab|a|b)*\.com/,
  /https:\/\/(.*)*\.example\.com/,
  /https:\/\/(.+)+\.example\.com/,
  /https:\/\/([a-z0-9]+-?)+\.example\.com/,
  /https:\/\/(?:[a-z0-9-]*\.?)*example\.com/,
  // What is read in two ways is not the shortest way round.
  /https:\/\/(?:c|ab|a(?:b))*x\.com/,
  /https:\/\/(?:c|(?:ab)+)*x\.com/,
  /https:\/\/(?:ab)*(?:ab)*(?:ab)*(?:ab)*(?:ab)*x\.com/,
  /https:\/\/([a-z.]+)+com/,
  /https:\/\/(.*\..*)*\.example\.com/,
  /https:\/\/(\d+|\w+)+\.example\.com/,
  /https:\/\/(x+x+)+y\.com/,
  /https:\/\/(?:(?:[a-z]+)*\.)*com/,
  /https:\/\/(www\.|[a-z.]+)*example\.com/,
  /https:\/\/(\S+\.)*example\.com/,
  /https:\/\/(.+\.)+example\.com/,
  /https:\/\/(?=([a-z]+)+$).*/,
  /https:\/\/(?=.*(?!(a+)+b))x.*/,
  /https:\/\/.*(?<=([a-z]+)+)x/,
  /https:\/\/([a-z]+[a-z]+)+\.com/,
  /https:\/\/(aa|a|aaa)+\.com/,
  /https:\/\/((a+)?b?)*\.com/,
  /https:\/\/([a-z0-9]+(-?[a-z0-9]+)*\.)*example\.com/,
  /https:\/\/(?<name>[a-z]+)+\.com/,
  /https:\/\/[\w--\d]*([a-z]+)+\.com/v,
  /https:\/\/.*.*.*\.com/,
  /https:\/\/\w*\w*\w*\w*\w*\.com/,
  /https:\/\/[a-z]*[a-c]*[ab]*[a]*x/,
  /https:\/\/(.*a){20}/,
  /https:\/\/(a?){30}b/,
  /https:\/\/(a{0,20}){0,20}b/,
  /https:\/\/(?:[a-z]{0,60}){0,10}x/,
  /https:\/\/(.{0,100}){0,100}/,
  /https:\/\/([a-z]{1,300}){1,300}/,
  // Too large to tell: so many pairs of characters in a row, pairs of ways, characters, groups.
  new RegExp(`https:\\/\\/(?:${Array.from({ length: 400 }, (_, index) => index.toString(36).padStart(2, 'z')).join('|')})+`),
  new RegExp(`https:\\/\\/${'[a-z]{300}'.repeat(80)}`),
  new RegExp(`${'('.repeat(4000)}a${')'.repeat(4000)}`)
]

t.test('everyday regular expressions are accepted', t => {
  for (const origin of good) {
    for (const credentials of [false, true]) t.same(validateCorsOptions({ origin, credentials }), [], `${origin} ${credentials}`)
  }
  t.end()
})

t.test('what is wrong with a RegExp is said, with what to write', t => {
  for (const [origin, code, proposal] of wrong) {
    for (const credentials of [false, true]) {
      const issues = validateCorsOptions({ origin: ['https://app.example.com', origin], credentials })
      t.match(issues, [{ code, path: '/origin/1' }], `${origin} ${credentials}`)
      t.equal(issues.length, 1)
      const value = proposed(issues[0]?.hint as string)
      t.equal(value instanceof RegExp ? String(value) : JSON.stringify(value), proposal, `what ${origin} is told`)
      if (value !== undefined) t.same(validateCorsOptions({ origin: value, credentials }), [], `${proposal} is accepted`)
    }
  }
  t.end()
})

t.test('with credentials a RegExp lets nobody in that its author cannot know', t => {
  for (const [origin, code, example, proposal] of wide) {
    t.same(validateCorsOptions({ origin }), [], `${origin} without credentials`)
    const issues = validateCorsOptions({ origin, credentials: true })
    t.match(issues, [{ code, path: '/origin' }], `${origin}`)
    const matched = /"([a-z]+:\/\/[^"]+)"/.exec(issues[0]?.message as string)?.[1] as string
    t.match(matched, anchorRegExp(origin), `${origin} does match ${matched}`)
    if (example !== undefined) t.equal(matched, example)
    const value = proposed(issues[0]?.hint as string)
    if (proposal !== undefined) t.equal(value instanceof RegExp ? String(value) : JSON.stringify(value), proposal, `what ${origin} is told`)
    if (value !== undefined) t.same(validateCorsOptions({ origin: value, credentials: true }), [], `${issues[0]?.hint} is accepted`)
  }
  t.end()
})

t.test('each allowance lets through what it names, and nothing else', t => {
  const rows: Array<[RegExp, string, string[]]> = [
    [/https:\/\/[a-z]+\.vercel\.app/, 'public-suffixes', []],
    [/https:\/\/[a-z]+\.vercel\.app/, 'insecure-origins', ['PUBLIC_SUFFIX_WITH_CREDENTIALS']],
    [/https?:\/\/app\.example\.com/, 'insecure-origins', []],
    [/https?:\/\/app\.example\.com/, 'public-suffixes', ['INSECURE_ORIGIN_WITH_CREDENTIALS']],
    [/https?:\/\/[a-z]+\.vercel\.app/, 'null-origin', ['PUBLIC_SUFFIX_WITH_CREDENTIALS', 'INSECURE_ORIGIN_WITH_CREDENTIALS']],
    [/https?:\/\/.*/, 'public-suffixes,insecure-origins,null-origin', ['ANY_ORIGIN_WITH_CREDENTIALS']]
  ]
  for (const [origin, dangerouslyAllow, codes] of rows) {
    t.same(validateCorsOptions({ origin, credentials: true, dangerouslyAllow }).map(({ code }) => code), codes, `${origin} ${dangerouslyAllow}`)
  }
  t.end()
})

t.test('a RegExp that an origin can keep busy is refused', t => {
  for (const origin of busy) {
    const codes = validateCorsOptions({ origin }).map(({ code }) => code)
    t.ok(codes.includes('UNSAFE_REGEXP'), `${origin}`.slice(0, 80))
  }
  t.end()
})

t.test('a RegExp matches a whole origin or nothing, whatever its source and flags say', t => {
  const rows: Array<[RegExp, matched: string[], not: string[]]> = [
    [/^https:\/\/a\.example|https:\/\/b\.example$/, ['https://a.example', 'https://b.example'], ['https://a.example.evil.com', 'evil://x.https://b.example']],
    [/https:\/\/a\.example/gy, ['https://a.example', 'https://a.example'], ['https://a.example.com', 'xhttps://a.example']],
    [/^https:\/\/a\.example$/m, ['https://a.example'], ['https://a.example\nx', 'x\nhttps://a.example']],
    [/https:\/\/A\.example/i, ['https://a.example'], ['https://a.example.com']],
    [/https:\/\/(?=a)[a-c]+(?<=c)\.example/, ['https://abc.example'], ['https://bc.example', 'https://abc.example.com']],
    [/(?<scheme>https):\/\/(?<name>[a-z])\.\k<name>\.example/d, ['https://a.a.example'], ['https://a.b.example']],
    [/https:\/\/[\w--\d]\.example/v, ['https://a.example'], ['https://1.example', 'https://a.example.com']],
    [/https:\/\/\u{61}\.example/u, ['https://a.example'], ['https://a.example\u{1f600}']]
  ]
  for (const [regexp, matched, not] of rows) {
    const anchored = anchorRegExp(regexp)
    for (const origin of matched) t.equal(anchored.test(origin), true, `${regexp} ${origin}`)
    for (const origin of not) t.equal(anchored.test(origin), false, `${regexp} ${JSON.stringify(origin)}`)
  }
  t.end()
})

t.test('what is too large to look at is said to be', t => {
  const pairs = `(?:${Array.from({ length: 400 }, (_, index) => index.toString(36).padStart(2, 'z')).join('|')})+`
  const characters = '[a-z]{300}'.repeat(80)
  t.throws(() => readAutomata(parseRegExp(`${pairs}${pairs}`, '')), { name: 'RangeError', message: 'more than 200000 pairs of characters' })
  t.throws(() => readAutomata(parseRegExp(characters, '')), { name: 'RangeError', message: 'more than 20000 characters' })
  t.end()
})

t.test('what can be empty, and what stands for any text', t => {
  t.equal(readAutomata(parseRegExp('a|', ''))[0].final[0], true)
  const [{ characters, final }] = readAutomata(parseRegExp('(a)\\1', ''))
  t.same(characters, [0n, 1n, (1n << BigInt(ALPHABET.length)) - 1n])
  t.same(final, [false, true, true], 'none too')
  t.equal(parseRegExp('a', 'dgimsuy').flags, 'isu')
  t.end()
})

t.test('a RegExp that is refused for the time that it takes is not tried on any origin', t => {
  t.same(inspectRegExp(anchorRegExp(/https:\/\/([a-z]+)+\.com/), true), { faults: [{ kind: 'backtracking' }], risks: [] })
  t.end()
})

t.test('the shapes that a RegExp is held against', t => {
  const has = (shapes: ReturnType<typeof insecureShapes>, text: string): boolean => {
    const [only] = readAutomata(parseRegExp(text.replace(/[.:/[\]+]/g, '\\$&'), ''))
    return shapes.some(shape => commonText(only, shape) === text)
  }
  const rows: Array<[shapes: ReturnType<typeof insecureShapes>, texts: string[], others: string[]]> = [
    [[originShape()],
      ['https://a.example', 'http://a.example:443', 'https://a.example:80', 'https://a.example:4', 'https://a.example:44', 'https://a.example:4433', 'https://a.example:543', 'https://a.example:453',
        'http://[::1]:8080', 'htt://a', 'httpx://a', 'xttps://a', 'hxtps://a:1', 'ftp://a', 'a-b.c+d://x_y', 'httpss://a:65535'],
      ['https://a.example:443', 'http://a.example:80', 'https://a..b', 'https://', 'https://a.example:x', 'ftp://a:012345']],
    [insecureShapes(),
      ['http://a.example', 'ws://a.example:8080', 'ftp://a', 'http://localhos', 'http://localhosts', 'http://xocalhost', 'http://localhoss', 'http://a.localhost.b', 'http://128.0.0.1', 'http://12.0.0.1', 'http://10.0.0.1:80', 'http://227.0.0.1', 'http://137.0.0.1', 'http://1270.0.0.1'],
      ['http://localhost', 'http://a.localhost', 'http://localhost:80', 'https://a.example']],
    [strangerShapes(''), ['https://evil.com', 'http://a.evil.io:1', 'https://xevilx.zzz', 'https://a.b.icu', 'https://a.xyz:8443', 'https://b.zw'], ['https://a.com', 'evil://evil.com']],
    [strangerShapes('EVIL'), ['https://zqx.com'], ['https://evil.com']]
  ]
  for (const [shapes, texts, others] of rows) {
    for (const text of texts) t.equal(has(shapes, text), true, text)
    for (const text of others) t.equal(has(shapes, text), false, text)
  }
  t.end()
})

t.test('letters in a group with its own flags are read in upper and lower case', t => {
  for (const [source, flags] of [['(?i:A)', ''], ['(?-i:A)', 'i']] as const) {
    const [{ characters }] = readAutomata(parseRegExp(source, flags))
    t.same(characters, [0n, 1n], source)
  }
  t.end()
})

t.test('a RegExp too new for the parser is not taken for safe', t => {
  const future = { source: '^(?:(?future:a))$', flags: '' } as RegExp
  t.same(inspectRegExp(future, true), { faults: [{ kind: 'backtracking' }], risks: [] })
  t.end()
})
