import t from 'tap'
import { validateCorsOptions } from '../lib/index.js'
import { correctOrigin } from '../lib/origin/correction.js'
import { OriginSet } from '../lib/origin/origin-set.js'
import { MAX_ORIGIN_LENGTH, parseOrigin } from '../lib/origin/origin.js'
import { parsePattern, type OriginPattern } from '../lib/origin/pattern.js'
import { isTrustworthy } from '../lib/origin/trustworthy.js'

/** How often a method is called meanwhile. */
function calls (object: object, name: string, work: () => unknown): number {
  const descriptor = Object.getOwnPropertyDescriptor(object, name) as PropertyDescriptor
  const original = descriptor.value as (...values: unknown[]) => unknown
  let count = 0
  Object.defineProperty(object, name, {
    ...descriptor,
    value (this: unknown, ...values: unknown[]) {
      count++
      return Reflect.apply(original, this, values)
    }
  })
  try {
    work()
  } finally {
    Object.defineProperty(object, name, descriptor)
  }
  return count
}

const APP = 'https://app.example.com'
const pattern = parsePattern('https://*.example.com') as OriginPattern
const tooLong = `https://${'a'.repeat(MAX_ORIGIN_LENGTH)}`

t.test('a text that is too long is not read at all', async t => {
  const set = new OriginSet({ exact: [APP], patterns: [pattern], regexps: [/^https:.*$/] })
  for (const text of [tooLong, 'a'.repeat(MAX_ORIGIN_LENGTH + 1), `${APP}${' '.repeat(16_384)}`]) {
    t.equal(calls(Set.prototype, 'has', () => { t.notOk(set.has(text)) }), 0)
    t.equal(calls(RegExp.prototype, 'exec', () => parseOrigin(text)), 0)
  }
  t.equal(calls(Set.prototype, 'has', () => set.has('a'.repeat(MAX_ORIGIN_LENGTH))), 1, 'one at the limit is')
})

t.test('among exact origins only, nothing is parsed', async t => {
  const exact = new OriginSet({ exact: [APP], patterns: [], regexps: [] })
  t.equal(calls(RegExp.prototype, 'exec', () => exact.has('https://evil.example')), 0)
  for (const others of [{ patterns: [pattern], regexps: [] }, { patterns: [], regexps: [/^https:\/\/[ab]\.example\.net$/] }]) {
    t.ok(calls(RegExp.prototype, 'exec', () => new OriginSet({ exact: [APP], ...others }).has('https://evil.example')) > 0)
  }
})

t.test('the URL parser is asked only about addresses and punycode', async t => {
  const asked = (text: string): number => calls(URL, 'canParse', () => parseOrigin(text))
  for (const text of [APP, 'https://a_b.example.com:8443', 'http://localhost:5173', 'capacitor://localhost', 'app://xn--', 'app://1', 'https://1.example.com']) t.equal(asked(text), 0, text)
  for (const text of ['https://xn--mnchen-3ya.de', 'http://127.0.0.1', 'http://[::1]', 'app://[::1]', 'https://a.1']) t.equal(asked(text), 1, text)
})

t.test('what is corrected has a length, and one past it is not', async t => {
  const path = (length: number): string => `${APP}/${'a'.repeat(length - APP.length - 1)}`
  t.equal(path(2048).length, 2048)
  t.equal(correctOrigin(path(2048)), APP)
  t.equal(correctOrigin(path(2049)), undefined)
})

t.test('a correction takes off all that is around an origin, and nothing else', async t => {
  const rows: Array<[text: string, corrected: string]> = [
    [`""${APP}""`, APP],
    [`  '${APP}'  `, APP],
    ['app.example.com/?next=https://evil.example', APP],
    ['app.example.com/https://evil.example', APP],
    ['Capacitor://LocalHost:8080/', 'capacitor://localhost:8080'],
    ['capacitor://localhost:8080/', 'capacitor://localhost:8080'],
    ['HTTPS://app.example.com:8443', `${APP}:8443`]
  ]
  for (const [text, corrected] of rows) t.equal(correctOrigin(text), corrected, text)
})

t.test('a host is loopback, or it only looks like it', async t => {
  for (const host of ['localhost', 'localhost.', 'a.localhost', 'a.b.localhost.', '127.0.0.1', '127.10.200.255', '127.255.255.254', '[::1]']) {
    t.ok(isTrustworthy('http', host), host)
    t.strictSame(validateCorsOptions({ origin: `http://${host}`, credentials: true }), [], host)
  }
  for (const host of ['127.0.0.1.example.com', '127.0.0.1.evil', 'localhost.example.com', 'evillocalhost', 'evil-localhost', '128.0.0.1', '12.127.0.0', '[::2]', '[::ffff:7f00:1]', '127.example', '127']) {
    t.notOk(isTrustworthy('http', host), host)
    if (parseOrigin(`http://${host}`) !== undefined) {
      t.match(validateCorsOptions({ origin: `http://${host}`, credentials: true }), [{ code: 'INSECURE_ORIGIN_WITH_CREDENTIALS' }], host)
    }
  }
  // No origin has them: the parser and this are each right alone.
  for (const host of ['evil127.0.0.1', 'evil.127.0.0.1', '127.0.0.1x', '1127.0.0.1']) t.notOk(isTrustworthy('http', host), host)
  t.ok(isTrustworthy('https', 'evil.example') && isTrustworthy('capacitor', 'evil.example') && isTrustworthy('wss', 'a'))
  t.notOk(isTrustworthy('ws', 'evil.example') || isTrustworthy('ftp', 'evil.example'))
})
