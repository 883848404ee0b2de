import fc from 'fast-check'
import t from 'tap'
import { correctOrigin } from '../lib/origin/correction.js'
import { DEFAULT_PORTS, isAddress, MAX_ORIGIN_LENGTH, parseOrigin } from '../lib/origin/origin.js'
import { parsePattern } from '../lib/origin/pattern.js'

const label63 = 'a'.repeat(63)
/** 253 characters. */
const longestHost = `${label63}.${label63}.${label63}.${'a'.repeat(61)}`

t.test('an origin as browsers send it is parsed into scheme, host and port', async t => {
  const rows: Array<[text: string, scheme: string, host: string, port: string]> = [
    ['https://example.com', 'https', 'example.com', ''],
    ['http://localhost:5173', 'http', 'localhost', '5173'],
    ['https://example.com:1', 'https', 'example.com', '1'],
    ['https://example.com:65535', 'https', 'example.com', '65535'],
    ['http://example.com:443', 'http', 'example.com', '443'],
    ['https://example.com:80', 'https', 'example.com', '80'],
    ['ws://example.com:443', 'ws', 'example.com', '443'],
    ['http://127.0.0.1:3000', 'http', '127.0.0.1', '3000'],
    ['http://[::1]:8080', 'http', '[::1]', '8080'],
    ['https://[2001:db8::1]', 'https', '[2001:db8::1]', ''],
    ['https://a_b.example.com', 'https', 'a_b.example.com', ''],
    ['https://-a-.example.com', 'https', '-a-.example.com', ''],
    ['https://example.com.', 'https', 'example.com.', ''],
    ['https://xn--mnchen-3ya.de', 'https', 'xn--mnchen-3ya.de', ''],
    ['https://1a.example.1a', 'https', '1a.example.1a', ''],
    ['capacitor://localhost', 'capacitor', 'localhost', ''],
    ['tauri://localhost', 'tauri', 'localhost', ''],
    ['ionic://localhost:443', 'ionic', 'localhost', '443'],
    ['chrome-extension://abcdefghijklmnopabcdefghijklmnop', 'chrome-extension', 'abcdefghijklmnopabcdefghijklmnop', ''],
    ['moz-extension://01234567-89ab-cdef-0123-456789abcdef', 'moz-extension', '01234567-89ab-cdef-0123-456789abcdef', ''],
    ['app+x.y-z1://a', 'app+x.y-z1', 'a', ''],
    ['app://1', 'app', '1', ''],
    [`https://${longestHost}`, 'https', longestHost, '']
  ]
  for (const [text, scheme, host, port] of rows) t.strictSame(parseOrigin(text), { text, scheme, host, port }, text)
})

/** Texts that are no origin, with the origin that was meant, where there is one. */
const notOrigins: Record<string, Array<[text: string, corrected: string | undefined]>> = {
  'a trailing slash': [['https://example.com/', 'https://example.com'], ['capacitor://localhost/', 'capacitor://localhost']],
  'a path, a query or a fragment': [
    ['https://example.com/app/index.html', 'https://example.com'],
    ['https://example.com?a=b', 'https://example.com'],
    ['https://example.com#top', 'https://example.com'],
    ['http://localhost:5173/?a=//b', 'http://localhost:5173'],
    ['chrome-extension://abc/popup.html', 'chrome-extension://abc']
  ],
  'upper case': [['HTTPS://example.com', 'https://example.com'], ['https://Example.COM', 'https://example.com'], ['Capacitor://LocalHost', 'capacitor://localhost']],
  Unicode: [
    ['https://münchen.de', 'https://xn--mnchen-3ya.de'],
    ['https://例え.jp', 'https://xn--r8jz45g.jp'],
    ['https://ｅｘａｍｐｌｅ.com', 'https://example.com'],
    ['https://example。com', 'https://example.com'],
    ['app://münchen', undefined]
  ],
  'the default port': [['https://example.com:443', 'https://example.com'], ['http://example.com:80', 'http://example.com'], ['wss://example.com:443', 'wss://example.com'], ['https://[::1]:443', 'https://[::1]']],
  'a port with leading zeros': [['http://localhost:08080', 'http://localhost:8080'], ['https://example.com:00443', 'https://example.com']],
  'an empty port': [['https://example.com:', 'https://example.com'], ['capacitor://localhost:', 'capacitor://localhost']],
  'port 0': [['https://example.com:0', 'https://example.com'], ['capacitor://localhost:0', 'capacitor://localhost']],
  'a port that is too great': [['https://example.com:65536', undefined], ['https://example.com:99999', undefined], ['https://example.com:123456', undefined]],
  'a port that is no number': [['https://example.com:http', undefined], ['https://example.com:-1', undefined], ['https://example.com:8080:', undefined]],
  'a user name': [['https://user@example.com', 'https://example.com'], ['https://user:secret@example.com', 'https://example.com'], ['https://@example.com', 'https://example.com']],
  'an IPv4 address that is not dotted decimal': [
    ['http://0x7f000001', 'http://127.0.0.1'],
    ['http://0x7f.1', 'http://127.0.0.1'],
    ['http://2130706433', 'http://127.0.0.1'],
    ['http://127.1', 'http://127.0.0.1'],
    ['http://0177.0.0.1', 'http://127.0.0.1'],
    ['http://127.0.0.1.', 'http://127.0.0.1']
  ],
  'a host that ends in a number, and is no address': [['http://127.0.0.256', undefined], ['http://1.2.3.4.5', undefined], ['http://example.1', undefined], ['http://example.0x', undefined]],
  'an IPv6 address that is not compressed': [
    ['http://[0:0:0:0:0:0:0:1]:8080', 'http://[::1]:8080'],
    ['https://[2001:0db8::1]', 'https://[2001:db8::1]'],
    ['https://[2001:DB8::1]', 'https://[2001:db8::1]'],
    ['https://[::ffff:127.0.0.1]', 'https://[::ffff:7f00:1]'],
    ['app://[0:0:0:0:0:0:0:1]', 'app://[::1]']
  ],
  'an IPv6 address that is none': [['https://[::1', undefined], ['https://[:::]', undefined], ['https://[fe80::1%25eth0]', undefined], ['https://[]', undefined]],
  'no scheme': [
    ['example.com', 'https://example.com'],
    ['example.com:8443', 'https://example.com:8443'],
    ['example.com:443', 'https://example.com'],
    ['//example.com', 'https://example.com'],
    ['example.com/app', 'https://example.com'],
    ['localhost', 'http://localhost'],
    ['localhost:5173', 'http://localhost:5173'],
    ['127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['[::1]:3000', 'http://[::1]:3000']
  ],
  'white space and quotes': [
    [' https://example.com ', 'https://example.com'],
    ['"https://example.com"', 'https://example.com'],
    ["'https://example.com'", 'https://example.com'],
    ['https://example.com\n', 'https://example.com'],
    ['https://exam ple.com', undefined]
  ],
  backslashes: [['https:\\\\example.com', 'https://example.com'], ['https://example.com\\', 'https://example.com']],
  'a punycode label that is none': [['https://xn--a-ecp.com', undefined], ['https://xn--.com', undefined]],
  'empty labels': [['https://.example.com', undefined], ['https://example..com', undefined], ['https://example.com..', undefined], ['https://.', undefined]],
  'characters that no real host has': [['https://exa`mple.com', undefined], ['https://{a}.com', undefined], ['https://a,b.com', undefined], ["https://a'b.com", undefined], ['https://a%20b.com', undefined], ['https://a\u0000b.com', undefined]],
  'a file': [['file://', undefined], ['file:///home/me/index.html', undefined], ['file://host', undefined]],
  'nothing at all': [['', undefined], ['https://', undefined], ['://', undefined], ['https:', undefined], ['/', undefined]],
  'a scheme that is none': [['1http://example.com', undefined], ['ht_tp://example.com', undefined], ['http:/example.com', undefined], ['https:example.com', undefined], ['mailto:a@example.com', undefined]],
  'too long': [
    [`https://${label63}a.com`, undefined],
    [`https://${longestHost}a`, undefined],
    [`${'a'.repeat(65)}://example.com`, undefined],
    [`https://${'a.'.repeat(10_000)}com/`, undefined],
    [`https://example.com/${'a'.repeat(10_000)}`, undefined]
  ]
}

for (const [title, rows] of Object.entries(notOrigins)) {
  t.test(`no origin: ${title}`, async t => {
    for (const [text, corrected] of rows) {
      t.equal(parseOrigin(text), undefined, text.slice(0, 80))
      t.equal(correctOrigin(text), corrected, `${text.slice(0, 80)}, corrected`)
    }
  })
}

t.test('scheme, label, host and origin have limits', async t => {
  const scheme = 'a'.repeat(64)
  const longest = `${scheme}://${longestHost}:65535`
  t.equal(longest.length, MAX_ORIGIN_LENGTH)
  t.equal(MAX_ORIGIN_LENGTH, 326)
  t.equal(parseOrigin(longest)?.text, longest)
  t.equal(parseOrigin(`a${scheme}://example.com`), undefined)
  t.equal(parseOrigin(`https://${label63}.com`)?.host, `${label63}.com`)
  t.equal(parseOrigin(`https://${longestHost}`)?.host.length, 253)
  t.equal(parseOrigin(`https://${longestHost}.`), undefined)
})

const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map(address => `[${address}]`),
  fc.constantFrom('localhost', 'a_b.example.com', 'example.com.', 'xn--mnchen-3ya.de')
)
const scheme = fc.constantFrom('http', 'https', 'ws', 'wss', 'ftp')
const port = fc.oneof(fc.constant(''), fc.integer({ min: 0, max: 65535 }).map(port => `:${port}`))
const url = fc.tuple(scheme, host, port).map(([scheme, host, port]) => `${scheme}://${host}${port}`)

t.test('parsing and serialising are inverse, and agree with the platform', async t => {
  t.doesNotThrow(() => {
    fc.assert(fc.property(url, text => {
      const { origin, hostname, port } = new URL(text)
      const parsed = parseOrigin(origin)
      // What the URL standard takes for an origin besides, browsers take for port 0.
      if (port === '0') return parsed === undefined
      return parsed !== undefined && parsed.host === hostname && parsed.port === port &&
        `${parsed.scheme}://${parsed.host}${parsed.port === '' ? '' : `:${parsed.port}`}` === origin
    }), { numRuns: 2000 })
  })
})

/** What people do to an origin when they write it down. */
const slip = fc.constantFrom<Array<(text: string) => string>>(
  text => text + '/',
text => `${text}/path?query#fragment`,
text => text.toUpperCase(),
text => `"${text}"`,
text => ` ${text} `,
text => text.replace('://', '://user:secret@'),
text => text.replace(/^[^:]*:\/\//, ''),
text => text.replace(/^[^:]*:/, ''),
text => text.replaceAll('/', '\\'),
text => text.replace('://', '://*.'),
text => text.replace(/:\d+$/, '') + ':*',
text => text + '.',
text => text.replace('e', 'é'),
text => `${text},${text}`
)

t.test('a corrected value is itself an origin or a pattern, and needs no correction', async t => {
  const text = fc.tuple(url, fc.array(slip, { maxLength: 3 })).map(([url, slips]) => slips.reduce((text, slip) => slip(text), url))
  t.doesNotThrow(() => {
    fc.assert(fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), text => {
      const corrected = correctOrigin(text)
      return corrected === undefined || parseOrigin(corrected) !== undefined || parsePattern(corrected) !== undefined
    }), { numRuns: 5000 })
    fc.assert(fc.property(url, url => {
      const { origin, port } = new URL(url)
      return port === '0' || correctOrigin(origin) === origin
    }), { numRuns: 1000 })
  })
})

t.test('a long text costs no more than its length to correct', async t => {
  for (const text of ['"'.repeat(100_000) + 'a', `https://a${'"'.repeat(100_000)}b`, ' '.repeat(100_000) + 'a', `https://${'ü'.repeat(100_000)}`]) {
    t.equal(correctOrigin(text), undefined)
  }
})

t.test('an address is told from a name', async t => {
  for (const host of ['127.0.0.1', '[::1]', '1', '0x7f', 'a.0x', '1.2.3.4.']) t.ok(isAddress(host), host)
  for (const host of ['localhost', 'a1', '1a', '1.example', 'example.0xg']) t.notOk(isAddress(host), host)
})

t.test('default ports are those of the URL standard, but for files', async t => {
  t.strictSame(Object.fromEntries(DEFAULT_PORTS), { http: '80', https: '443', ws: '80', wss: '443', ftp: '21' })
})

t.test('a pattern stands for subdomains, for any port, or for both', async t => {
  const rows: Array<[text: string, scheme: string, host: string, subdomains: boolean, port: string]> = [
    ['https://*.example.com', 'https', 'example.com', true, ''],
    ['https://*.example.com:8443', 'https', 'example.com', true, '8443'],
    ['http://localhost:*', 'http', 'localhost', false, '*'],
    ['http://*.localhost:*', 'http', 'localhost', true, '*'],
    ['http://127.0.0.1:*', 'http', '127.0.0.1', false, '*'],
    ['http://[::1]:*', 'http', '[::1]', false, '*'],
    ['capacitor://localhost:*', 'capacitor', 'localhost', false, '*'],
    ['https://*.xn--mnchen-3ya.de', 'https', 'xn--mnchen-3ya.de', true, '']
  ]
  for (const [text, scheme, host, subdomains, port] of rows) t.strictSame(parsePattern(text), { scheme, host, subdomains, port }, text)
})

t.test('a * anywhere else is no pattern', async t => {
  const rows: Array<[text: string, corrected?: string]> = [
    ['https://example.com', 'https://example.com'],
    ['*'],
    ['https://*'],
    ['https://*:*'],
    ['https://*.'],
    ['https://**.example.com'],
    ['https://*.*.example.com'],
    ['https://a*.example.com'],
    ['https://*a.example.com'],
    ['https://app.*.com'],
    ['https://example.*'],
    ['https://example.com:80*'],
    ['https://example.com:8080:*'],
    ['*://example.com'],
    ['http*://example.com'],
    ['https://*.127.0.0.1'],
    ['http://*.[::1]'],
    ['app://*.example'],
    ['https://*..example.com'],
    ['https://*.example.com:*:*'],
    ['https://*.example.com/', 'https://*.example.com'],
    ['https://*.Example.com:443', 'https://*.example.com'],
    ['*.example.com', 'https://*.example.com'],
    ['http://localhost:*/', 'http://localhost:*'],
    ['localhost:*', 'http://localhost:*'],
    ['*.localhost:*', 'https://*.localhost:*'],
    ['https://user@example.com:*', 'https://example.com:*'],
    ['https://*.münchen.de:*', 'https://*.xn--mnchen-3ya.de:*']
  ]
  for (const [text, corrected] of rows) {
    t.equal(parsePattern(text), undefined, text)
    t.equal(correctOrigin(text), corrected, `${text}, corrected`)
  }
})

t.test('a subdomain pattern whose hosts would all be too long is no pattern', async t => {
  t.ok(parsePattern(`https://*.${longestHost.slice(2)}`))
  t.equal(parsePattern(`https://*.${longestHost.slice(1)}`), undefined)
})
