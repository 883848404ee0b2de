import { createRequire } from 'node:module'
import t from 'tap'
import { isPublicSuffix, publicSuffixOf } from '../lib/origin/public-suffix.js'
import { validateCorsOptions } from '../lib/index.js'

const suffixes = ['com', 'co.uk', 'github.io', 'vercel.app', 'netlify.app', 's3.amazonaws.com', 'xn--p1ai', 'xn--55qx5d.cn', 'com.',
  // The rules *.ck and *.kawasaki.jp: whatever stands before is a suffix too.
  'ck', 'anything.ck', 'kawasaki.jp', 'anything.kawasaki.jp']
const others = ['example.com', 'example.co.uk', 'me.github.io', 'my-app.vercel.app', 'example.com.', 'xn--80ak6aa92e.xn--p1ai',
  // The exceptions !www.ck and !city.kawasaki.jp.
  'www.ck', 'city.kawasaki.jp', 'example.anything.ck',
  // Private DNS, which the list doesn't know.
  'localhost', 'internal', 'corp', 'cluster.local', 'test']

t.test('the libraries are loaded only by options that need them', t => {
  const names = ['tldts', 'regexpp']
  const rows: Array<[options: unknown, loaded: string[]]> = [
    [{ origin: 'https://app.example.com', credentials: true }, []],
    [{ origin: 'https://*.example.com' }, []],
    [{ origin: 'http://localhost:*', credentials: true }, []],
    [{ origin: 'https://*.example.com', credentials: true, dangerouslyAllow: ['public-suffixes'] }, []],
    [{ origin: 'https://*.example.com', credentials: true }, ['tldts']],
    [{ origin: /https:.*/ }, ['regexpp']],
    [{ origin: /https:\/\/app\.example\.com/, credentials: true }, ['regexpp']],
    [{ origin: /https:\/\/.*\.example\.com/, credentials: true }, ['regexpp', 'tldts']]
  ]
  const { cache } = createRequire(import.meta.url)
  for (const [options, libraries] of rows) {
    for (const path of Object.keys(cache)) delete cache[path]
    t.same(validateCorsOptions(options), [])
    const loaded = names.filter(name => Object.keys(cache).some(path => path.includes('/node_modules/') && path.split('/').includes(name)))
    t.same(loaded.sort(), libraries, JSON.stringify(options))
  }
  t.end()
})

t.test('a public suffix is known by the list, its wildcards and its exceptions', t => {
  for (const host of suffixes) t.equal(isPublicSuffix(host), true, host)
  for (const host of others) t.equal(isPublicSuffix(host), false, host)
  t.equal(publicSuffixOf('a.b.example.co.uk'), 'co.uk')
  t.equal(publicSuffixOf('a.b.me.github.io.'), 'github.io')
  t.equal(publicSuffixOf('a.internal'), undefined)
  t.end()
})

t.test('subdomains of a public suffix never come with credentials', t => {
  for (const host of suffixes) {
    for (const port of ['', ':8443', ':*']) {
      const origin = `https://*.${host}${port}`
      const [issue, ...rest] = validateCorsOptions({ origin: ['https://app.example.com', origin], credentials: true })
      t.match(issue, {
        code: 'PUBLIC_SUFFIX_WITH_CREDENTIALS',
        path: '/origin/1',
        message: /anybody can get a name/,
        hint: `name your own host, for example "https://my-app.${host}${port}", or write dangerouslyAllow: ['public-suffixes']`
      }, origin)
      t.same(rest, [])
      t.same(validateCorsOptions({ origin }), [], `${origin} without credentials`)
      t.same(validateCorsOptions({ origin, credentials: true, dangerouslyAllow: ['public-suffixes'] }), [], `${origin} allowed`)
      t.same(validateCorsOptions({ origin: `https://my-app.${host}${port}`, credentials: true }), [], `what the hint for ${origin} says`)
    }
  }
  for (const host of others) t.same(validateCorsOptions({ origin: `https://*.${host}`, credentials: true }), [], `https://*.${host}`)
  t.same(validateCorsOptions({ origin: 'http://*.localhost:*', credentials: true }), [], 'loopback names are nobody else\'s')
  t.end()
})

t.test('a host of any port under a suffix is one host', t => {
  t.same(validateCorsOptions({ origin: ['https://github.io:*', 'https://me.github.io'], credentials: true }), [])
  t.end()
})

t.test('what is proposed for a suffix without TLS has it', t => {
  const origin = 'http://*.github.io'
  t.match(validateCorsOptions({ origin, credentials: true }), [
    { code: 'INSECURE_ORIGIN_WITH_CREDENTIALS' },
    { code: 'PUBLIC_SUFFIX_WITH_CREDENTIALS', hint: /"https:\/\/my-app\.github\.io"/ }
  ])
  t.match(validateCorsOptions({ origin, credentials: true, dangerouslyAllow: ['insecure-origins'] }), [
    { code: 'PUBLIC_SUFFIX_WITH_CREDENTIALS', hint: /"http:\/\/my-app\.github\.io"/ }
  ])
  t.end()
})
